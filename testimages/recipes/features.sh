#!/bin/bash
# One image for each feature that changes where things are or how they are checked.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-shapes.sh"

# NAME ABOUT SIZE mke2fs-options...
plain() {
  local name=$1 about=$2 size=$3; shift 3
  image "$name" "$size" "$@" -N 128
  up; shapes; finish "$about"
}

plain feature-bigalloc-4k-16k 'bigalloc, 4 blocks a cluster'           24M -T modern -b 4096 -O bigalloc -C 16384 -J size=4
plain feature-bigalloc-4k-64k 'bigalloc, 16 blocks a cluster'          48M -T modern -b 4096 -O bigalloc,^has_journal -C 65536
plain feature-bigalloc-1k-8k  'bigalloc, 8 blocks a cluster'           12M -T modern -b 1024 -O bigalloc,^has_journal,^64bit -C 8192
plain feature-csum-none       'no checksums at all, no 64bit'          12M -T modern -b 1024 -O ^metadata_csum,^64bit,^has_journal
plain feature-gdt-csum        'group descriptors with crc16'           12M -T modern -b 1024 -O ^metadata_csum,uninit_bg,^64bit,^has_journal
plain feature-gdt-csum-64     'group descriptors with crc16, 64bit'    12M -T modern -b 1024 -O ^metadata_csum,uninit_bg,^has_journal
plain feature-csum-32         'metadata_csum without 64bit'            12M -T modern -b 1024 -O ^64bit,^has_journal
plain feature-meta-bg         'meta_bg, 32 groups'                      8M -T modern -b 1024 -g 256 -O meta_bg,^resize_inode,^has_journal
plain feature-no-flex-bg      'each group with its own metadata'        8M -T modern -b 1024 -g 1024 -O ^flex_bg,^has_journal
plain feature-no-sparse-super 'a superblock copy in every group'        8M -T modern -b 1024 -g 1024 -O ^sparse_super,^has_journal,^resize_inode
EXT=num_backup_sb=2
plain feature-sparse-super2   'two superblock copies'                   8M -T modern -b 1024 -g 1024 -O ^sparse_super,sparse_super2,^has_journal,^resize_inode
EXT=desc_size=128
plain feature-desc-size-128   'group descriptors of 128 bytes'          8M -T modern -b 1024 -g 1024 -O ^has_journal
plain feature-inode-128       'inodes of 128 bytes'                     8M -T modern -b 1024 -I 128 -O ^has_journal
plain feature-inode-1024      'inodes of 1024 bytes'                    8M -T modern -b 4096 -I 1024 -O ^has_journal
plain feature-mmp             'multiple mount protection'               8M -T modern -b 1024 -O mmp,^has_journal
plain feature-largedir        'largedir, stable_inodes, encrypt; no encrypted inode' 8M -T modern -b 1024 -O large_dir,stable_inodes,encrypt,^has_journal
# The checksum seed stays when the UUID changes.
image feature-csum-seed 8M -T modern -b 1024 -O metadata_csum_seed,^has_journal -N 128
tune2fs -U 11111111-2222-3333-4444-555555555555 "$IMG" > /dev/null
up; shapes; finish 'csum_seed, with another UUID than at mkfs'

# Without the key, names and contents are ciphertext: the manifest stops at the directory.
image feature-encrypted 8M -T modern -b 4096 -O encrypt,^has_journal -N 64
up
ops <<'OPS'
write /plain 0 2b
mkdir /secret
encrypt /secret
write /secret/contents 0 3b+5
mkdir /secret/deeper
symlink /plain /secret/link
sync
OPS
finish 'an encrypted directory with a file, a directory and a symbolic link'

# A journal that is a separate device: the file system alone.
image feature-external-journal 4M -T modern -b 1024 -O ^has_journal -N 64
truncate -s 1M "$WORK/log.img"
mke2fs -q -F -b 1024 -O journal_dev -U 22222222-3333-4444-5555-666666666666 "$WORK/log.img" 1024
loop=$(losetup -f --show "$WORK/log.img")
tune2fs -J "device=$loop" "$IMG" > /dev/null
losetup -d "$loop"
finish 'the journal is on another device, which is not here'

image feature-journal-dev 4M -T modern -b 1024 -O journal_dev
finish 'this is a journal, not a file system' --refused

image feature-unknown-incompat 4M -T modern -b 1024 -O ^has_journal -N 64
dbg <<< 'set_super_value feature_incompat 0x802002c2'
finish 'an incompatible feature nobody knows' --hand-made

image feature-unknown-ro-compat 4M -T modern -b 1024 -O ^has_journal -N 64
up; shapes; down
dbg <<< 'set_super_value feature_ro_compat 0x4000046b'
finish 'a read-only compatible feature nobody knows' --hand-made

# The quota files come last, because not every kernel can mount them read-write.
image feature-quota 12M -T modern -b 4096 -O ^has_journal -I 256 -N 128
up; shapes; down
tune2fs -O quota,project -Q usrquota,grpquota,prjquota "$IMG" > /dev/null
dbg <<< 'set_inode_field /shapes/dense projid 77'
e2fsck -fy "$IMG" > /dev/null || true
finish 'user, group and project quota; one file belongs to project 77'
