#!/bin/bash
# Block-mapped files: direct, single, double and triple indirect, with holes at every level; and a file system of
# 1993's format (revision 0, 128-byte inodes, no features).
. "$(dirname "$0")/lib.sh"

indirect_files() {
  ops <<'OPS'
write /direct 0 12b
write /single 0 40b+9
write /double 0 600b unit=16K
write /hole-direct 5b 1b
write /hole-single 13b 2b
write /hole-in-single 0 13b
write /hole-in-single 100b 1b
write /hole-whole-single 0 3b
every write /hole-whole-single 12b+300b 12b+330b 7b 2b
write /holes-everywhere 3b 1b
write /holes-everywhere 20b 1b
write /last-direct 11b 2b
write /cut 0 500b unit=16K
fsync /cut
truncate /cut 30b+1
write /punched 0 400b unit=16K
fsync /punched
punch /punched 6b 20b
punch /punched 200b 150b
truncate /hole-only 3000b
shuffle 5 write /shuffled 0 300b 3b 1b
symlink direct /fast-link
OPS
}

image k1-indirect 12M -T modern -b 1024 -O ^extent,^64bit,^flex_bg -J size=1 -N 64
up; indirect_files
ops <<'OPS'
write /holes-everywhere 12b+256b+7b 1b            # double: first map block
write /holes-everywhere 12b+256b+65536b-1b 1b     # double: its very last block
write /holes-everywhere 12b+256b+65536b 1b        # triple: its very first block
write /triple 12b+256b+65536b+1000b 3b
write /triple 12b+256b+65536b+65536b+513b 2b
write /triple 4000000b 1b+5
write /triple-last 12b+256b+65536b+16777216b-1b 1b
sync
OPS
finish 'indirect maps, single, double and triple with holes at every level, 1 KiB blocks'

image k4-indirect 16M -T modern -b 4096 -O ^extent,^64bit,^flex_bg -J size=4 -N 64
up; indirect_files
ops <<'OPS'
write /holes-everywhere 12b+1024b+7b 1b
write /holes-everywhere 12b+1024b+1048576b-1b 1b
write /triple 12b+1024b+1048576b 2b
write /triple 12b+1024b+1048576b+5000000b 1b+5
sync
OPS
finish 'indirect maps, single, double and triple with holes at every level, 4 KiB blocks'

image k1-revision0 4M -T old -r 0 -b 1024 -O none -N 64
up; indirect_files; finish 'revision 0: 128-byte inodes, no features, no journal'

image k4-ext3-mixed 16M -T modern -b 4096 -O ^64bit -J size=4 -N 64
up
ops <<'OPS'
write /extent-mapped 0 30b
write /block-mapped 0 0
sync
OPS
down
# A file system converted from ext3 keeps its old files block-mapped; tune2fs cannot do it, the inode flag can.
dbg <<'OPS'
set_inode_field /block-mapped flags 0
set_inode_field /block-mapped block[0] 0
set_inode_field /block-mapped block[1] 0
set_inode_field /block-mapped block[2] 0
set_inode_field /block-mapped block[3] 0
OPS
up
ops <<'OPS'
write /block-mapped 0 40b
write /block-mapped 2000b 2b
sync
OPS
finish 'extent-mapped and block-mapped files side by side'
