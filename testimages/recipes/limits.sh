#!/bin/bash
# The edges of the format: the longest extents, the last logical block, files that count their blocks differently.
. "$(dirname "$0")/lib.sh"

# One stretch of free space without backup superblocks, so that 32768 blocks can lie in a row.
EXT=num_backup_sb=0
image k1-long-extents 120M -T modern -b 1024 -O ^has_journal,^sparse_super,sparse_super2,^resize_inode -N 32
up
ops <<'OPS'
falloc /written-32768 0 32768b
write /written-32768 0 32768b unit=4M
fsync /written-32768
falloc /unwritten-32767 0 32767b
falloc /unwritten-40000 0 40000b
write /unwritten-40000 32767b 1b
sync
OPS
finish 'a written extent of 32768 blocks, unwritten ones of 32767'
grep -q '"/written-32768".*"entries":\[[^]]*\]\|"/written-32768".*"0-32767:W' "$OUT/k1-long-extents.json" || { echo "no long extent" >&2; exit 1; }

last_blocks() {
  ops <<'OPS'
write  /last-written 4294967294b 1b
falloc /last-unwritten 4294967294b 1b
write  /first-and-last 0 1b
write  /first-and-last 4294967294b 1b
falloc /run-to-the-end 4294967200b 95b
write  /run-to-the-end 4294967293b 1b
write  /across-2-31 2147483640b 16b
truncate /hole-to-the-end 4294967295b
falloc-keep /keep-size-at-the-end 4294967290b 5b
sync
OPS
}
image k1-last-block 4M -T modern -b 1024 -O ^has_journal -N 32
up; last_blocks; finish 'the last logical block of a file, 2^32-2, 1 KiB blocks'

image k4-last-block 4M -T modern -b 4096 -O ^has_journal -N 32
up; last_blocks; finish 'the last logical block of a file, 2^32-2, 4 KiB blocks'

# i_blocks in file-system blocks: a file of this size cannot be had in a small image, its flag can.
image k4-huge-file-flag 4M -T modern -b 4096 -O ^has_journal -N 32
up
ops <<'OPS'
write /counts-in-blocks 0 20b
sync
OPS
down
dbg <<'OPS'
set_inode_field /counts-in-blocks flags 0xC0000
set_inode_field /counts-in-blocks blocks 20
OPS
finish 'HUGE_FILE flag: i_blocks counts blocks' --hand-made
