#!/bin/bash
# Files that were open and unlinked, or being cut, when the machine stopped.
. "$(dirname "$0")/lib.sh"

work='
write /kept 0 5b
write /unlinked1 0 6b
write /unlinked2 0 40b
write /unlinked3 0 1b
mkdir /unlinked-dir
sync
hold /unlinked1
hold /unlinked2
hold /unlinked3
unlink /unlinked1
unlink /unlinked2
unlink /unlinked3
write /after 0 2b
fsync /after
'
image orphan-list 12M -T modern -b 4096 -J size=4 -N 64
up; crash_after <<< "$work"
finish 'orphan list: three unlinked files, dirty log' --journal 'csum_v3 with orphans'

image orphan-file 12M -T modern -b 4096 -O orphan_file -J size=4 -N 64
up; crash_after <<< "$work"
finish 'orphan file: three unlinked files, dirty log' --journal 'csum_v3 with orphans'

image orphan-list-no-journal 4M -T modern -b 1024 -O ^has_journal -N 64
up; crash_after <<< "$work"'
sync'
finish 'orphan list: three unlinked files, no journal'

# A cut that was under way: the inode is on the list, has links, and blocks beyond its size.
image orphan-truncate 12M -T modern -b 4096 -J size=4 -N 64
up
ops <<'OPS'
write /being-cut 0 40b
write /being-cut-sparse 0 3b
every write /being-cut-sparse 10b 90b 10b 2b
falloc-keep /kept-beyond 0 9b
sync
OPS
down
dbg <<'OPS'
set_inode_field /being-cut size 20005
set_inode_field /being-cut-sparse size 163840
set_super_value last_orphan 12
set_inode_field <12> dtime 13
set_inode_field <13> dtime 0
OPS
finish 'orphan list: two files with links and blocks beyond their size, clean log' --hand-made
