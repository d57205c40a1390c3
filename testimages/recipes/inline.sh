#!/bin/bash
# Inline data: in i_block alone, continued in the system.data attribute, directories, symbolic links.
. "$(dirname "$0")/lib.sh"

# $1: the most bytes that fit
inline_files() {
  ops <<OPS
write /empty 0 0
text  /one 0 x
write /sixty 0 60
write /sixty-one 0 61
write /most 0 $1
write /too-long 0 $1+1
text  /with-hole 0 begin
text  /with-hole 30 end
truncate /zeros 45
write /shrunk 0 100
fsync /shrunk
truncate /shrunk 20
write /outgrown 0 30
fsync /outgrown
write /outgrown 30 3b
mkdir /small-dir
write /small-dir/a 0 5
write /small-dir/b 0 61
mkdir /small-dir/nested
mkdir /medium-dir
fill /medium-dir m 7
mkdir /outgrown-dir
fill /outgrown-dir o 40 12
symlink small-dir/a /fast-link
symlink a-target-of-more-than-sixty-bytes-which-must-go-to-a-block-or-the-attribute-area /long-link
setxattr /sixty user.note seven
sync
OPS
}

image k4-inline 12M -T modern -b 4096 -O inline_data -J size=4 -N 128
up; inline_files 128; finish 'inline data in 256-byte inodes, 4 KiB blocks'

image k1-inline-512 4M -T modern -b 1024 -I 512 -O inline_data,^has_journal -N 128
up; inline_files 384; finish 'inline data in 512-byte inodes, 1 KiB blocks'
