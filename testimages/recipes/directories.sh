#!/bin/bash
# Directories: linear and hashed, one and two levels, every hash, names with bytes above 127.
. "$(dirname "$0")/lib.sh"

names() {
  ops <<'OPS'
mkdir /linear
write /target 0 10
links /target /linear n 12
mkdir /one-level
links /target /one-level a-name-long-enough-to-fill-a-block-soon- 300
mkdir /umlauts
links /target /umlauts größe-übermäßig-лес-森- 90
mkdir /gaps
links /target /gaps gap 200
unfill /gaps gap 0 200 3
mkdir /deep
mkdir /deep/er
mkdir /deep/er/and
mkdir /deep/er/and/deeper
write /deep/er/and/deeper/file 0 9
sync
OPS
}

hashed() {
  local name=$1 about=$2 hash=$3 flags=$4; shift 4
  image "$name" 4M -T modern -b 1024 -O ^has_journal -N 64 "$@"
  tune2fs -E "hash_alg=$hash" "$IMG" > /dev/null
  dbg <<< "set_super_value flags $flags"
  up; names; finish "$about"
}
hashed dir-half-md4          'hashed directories, half_md4'            half_md4 1
hashed dir-half-md4-unsigned 'hashed directories, half_md4, unsigned'  half_md4 2
hashed dir-tea               'hashed directories, tea'                 tea      1
hashed dir-tea-unsigned      'hashed directories, tea, unsigned'       tea      2
hashed dir-legacy            'hashed directories, legacy hash'         legacy   1
hashed dir-legacy-unsigned   'hashed directories, legacy hash, unsigned, no metadata_csum' legacy 2 -O ^has_journal,^metadata_csum

image dir-two-levels 8M -T modern -b 1024 -O ^has_journal -N 64
up
ops <<'OPS'
write /target 0 10
mkdir /large
links /target /large a-name-of-some-length-so-that-two-levels-of-index-come-early- 5000
unfill /large a-name-of-some-length-so-that-two-levels-of-index-come-early- 0 5000 7
sync
OPS
finish 'a hashed directory with two levels'

image dir-no-index 8M -T modern -b 1024 -O ^has_journal,^dir_index -N 64
up; names; finish 'directories without index, no hashing'

image dir-no-filetype 8M -T modern -b 1024 -O ^has_journal,^filetype -N 64
up; names; finish 'directory entries without a file type'
