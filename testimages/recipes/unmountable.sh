#!/bin/bash
# What the kernel at hand cannot mount: blocks larger than a page, case-folded names. Filled with debugfs; the truth is
# the host file that was written, and debugfs's word for the extents.
. "$(dirname "$0")/lib.sh"
HOST=$WORK/host

# BLOCK-SIZE: makes files below $HOST and writes them into the image.
fill_through_debugfs() {
  rm -rf "$HOST"; mkdir -p "$HOST"
  python3 "$TOOLS/fileops.py" "$HOST" "$1"
  (
    cd "$HOST"
    find . -mindepth 1 -type d | sort | sed 's|^\./|mkdir |'
    # debugfs writes into its current directory only
    find . -type f -printf '%P %h %f\n' | sort | sed "s|\(.*\) \.\(.*\) \(.*\)|cd /.\2\nwrite $HOST/\1 \3|"
  ) | dbg
}

large_blocks() {
  local block=$1 size=$2
  image "k$((block / 1024))-debugfs" "$size" -T modern -b "$block" -O ^has_journal -N 32
  fill_through_debugfs "$block" <<'OPS'
write /one-byte 0 1
write /dense 0 5b+77
write /hole-first 3b 1b
write /hole-middle 0 1b
write /hole-middle 6b 1b+9
every write /two-states 0 6b 2b 1b
truncate /two-states 8b
truncate /unwritten-all 6b
truncate /hole-only 7b+1
every write /fragments 0 40b 2b 1b unit=64K
mkdir /dir
write /dir/inside 0 2b+1
OPS
  # Holes between the written blocks become unwritten extents.
  dbg <<'OPS'
fallocate two-states 0 7
fallocate unwritten-all 0 5
symlink link dense
OPS
  finish "blocks of $block bytes" --hostdir "$HOST"
}
large_blocks 8192 8M
large_blocks 16384 12M
large_blocks 32768 16M
large_blocks 65536 24M

image feature-casefold 4M -T modern -b 1024 -O casefold,^has_journal -E encoding=utf8,hash_seed=$HASH_SEED,nodiscard -N 64
fill_through_debugfs 1024 <<'OPS'
mkdir /folded
write /folded/MixedCase 0 2b
write /folded/lower 0 10
write /plain 0 3b
OPS
dbg <<< 'set_inode_field /folded flags 0x40080000'
finish 'a case-folded directory' --hostdir "$HOST"
