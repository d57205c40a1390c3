#!/bin/bash
# What else an inode can be: links, devices, attributes, projects, flags.
. "$(dirname "$0")/lib.sh"

everything() {
  ops <<'OPS'
mkdir /links
write /links/original 0 3b+1
link /links/original /links/second
link /links/original /links/third
symlink original /links/relative
symlink /links/original /links/absolute
symlink /links/nowhere /links/dangling
symlink loop /links/loop
sizes /links target 55 65
sizes /links long 1000 1002
mkdir /special
mknod /special/null c 1 3
mknod /special/disk b 8 17
mknod /special/large-numbers c 300 70000
mknod /special/fifo p
mknod /special/socket s
mkdir /attributes
write /attributes/small 0 10
setxattr /attributes/small user.one value
setxattr /attributes/small user.two other
write /attributes/block 0 10
setxattr /attributes/block user.large @700
setxattr /attributes/block user.more @90
setxattr /attributes/block trusted.secret hidden
write /attributes/shares-the-block 0 10
setxattr /attributes/shares-the-block user.large @700
setxattr /attributes/shares-the-block user.more @90
setxattr /attributes/shares-the-block trusted.secret hidden
mkdir /attributes/directory
setxattr /attributes/directory user.of-a-directory yes
mkdir /flags
write /flags/append 0 1b
setflags /flags/append 0x20
write /flags/immutable 0 1b
setflags /flags/immutable 0x10
write /flags/nodump 0 1b
setflags /flags/nodump 0x40
sync
OPS
}

image names-4k 12M -T modern -b 4096 -J size=4 -N 128
up; everything
finish 'links, devices, attributes, flags'

image names-ea-inode 8M -T modern -b 4096 -O ea_inode,^has_journal -N 128
up
everything
ops <<'OPS'
write /attributes/own-inode 0 10
setxattr /attributes/own-inode user.huge @60000
write /attributes/same-value 0 10
setxattr /attributes/same-value user.huge @60000
sync
OPS
finish 'attributes in inodes of their own'
