#!/bin/bash
# Fast commits: what fsync promised is not in the log but in the area behind it.
. "$(dirname "$0")/lib.sh"

before() {
  up
  ops <<'OPS'
write /grown 0 2b
write /cut 0 30b
write /removed 0 5b
write /renamed-old 0 3b
write /linked 0 1b
falloc /half-converted 0 16b
write /punched 0 30b
mkdir /dir
fill /dir f 20 100
sync
OPS
  down
}
work='
write /grown 2b 5b
fsync /grown
write /new 0 6b+7
fsync /new
write /half-converted 3b 4b
fsync /half-converted
link /linked /linked-again
fsync /linked
unlink /removed
fsync /new
truncate /cut 7b+9
fsync /cut
punch /punched 5b 9b
fsync /punched
unfill /dir f 0 20 2
write /dir/created 0 1b
fsync /dir/created
rename /renamed-old /renamed-new
fsync /new
every write /sparse 0 90b 9b 2b
fsync /sparse
falloc /preallocated 0 40b
fsync /preallocated
'
fast() {
  local name=$1 about=$2; shift 2
  image "$name" 12M "$@" -N 256
  before
  up; crash_after <<< "$work${MORE:-}"
  for tag in ADD_RANGE DEL_RANGE CREAT_DENTRY ADD_ENTRY DEL_ENTRY INODE; do
    debugfs -R 'logdump' "$IMG" 2> /dev/null | grep -q "^tag $tag" || { echo "$name: no $tag" >&2; exit 1; }
  done
  finish "$about" --journal 'fast commits'
}
fast fast-commit    'fast commits of every kind'               -T modern -b 4096 -O fast_commit -J size=4
fast fast-commit-1k 'fast commits of every kind, 1 KiB blocks' -T modern -b 1024 -O fast_commit,^64bit -J size=2

# The symbolic link cannot go into a fast commit: a full commit ends the area, and a new run begins after it.
image fast-commit-after-full 12M -T modern -b 4096 -O fast_commit -J size=4 -N 256
before
up
crash_after <<< "$work"'
symlink new /link
fsync /new
write /late 0 3b
fsync /late
unlink /linked
fsync /late
'
finish 'full commits, then fast ones; the area holds the remains of an older run' --journal 'fast commits after full ones'

# Directories made in a fast commit. The kernel that made this one forgets the link of "." when it replays: the link
# count of a new directory is 1, and e2fsck says so.
image fast-commit-mkdir 12M -T modern -b 4096 -O fast_commit -J size=4 -N 256
before
up
crash_after <<'OPS'
write /first 0 1b
fsync /first
mkdir /made
write /made/inside 0 2b
fsync /made/inside
mkdir /made/deeper
fill /made/deeper d 5
fsync /made/inside
OPS
finish 'directories made in a fast commit' --journal 'fast commits'

# The last run never got its tail to the device; the runs before it stand.
image fast-commit-torn 12M -T modern -b 4096 -O fast_commit -J size=4 -N 256
before
up
crash_after <<< "$work"
python3 "$RECIPES/tear.py" "$IMG" fast-commit-tail
finish 'fast commits; the last tail has a wrong checksum' --journal 'fast commits, torn' --hand-made
