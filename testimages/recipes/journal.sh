#!/bin/bash
# Crashes: the log holds what the home blocks do not. Every tag layout and checksum kind, revokes, escaped blocks, a
# log that wraps, and transactions torn at their end.
. "$(dirname "$0")/lib.sh"

# The state before the crash; unmounted cleanly, so that the home blocks hold it.
before() {
  up
  ops <<'OPS'
write /kept 0 10b+5
write /grown 0 2b
write /cut 0 30b
write /removed 0 5b
write /renamed-old 0 3b
try falloc /half-converted 0 16b
mkdir /dir
fill /dir f 20 100
mkdir /doomed
fill /doomed d 10 50
sync
OPS
  down
}

# Several transactions, one for each fsync, never checkpointed.
work='
write /new 0 6b+7
fsync /new
write /grown 2b 30b
write /half-converted 3b 4b
fsync /half-converted
truncate /cut 7b+9
rename /renamed-old /renamed-new
unlink /removed
fsync /cut
unfill /doomed d 0 10 1
rmdir /doomed
mkdir /dir/sub
fill /dir/sub g 30 64
try falloc /preallocated 0 40b
fsync /preallocated
fsync /dir/sub/
every write /sparse 0 90b 9b 2b
symlink new /link
fsync /sparse
'

# NAME ABOUT MOUNT-OPTIONS mke2fs-options...
crashed() {
  local name=$1 about=$2 options=$3; shift 3
  image "$name" 12M "$@" -N 256
  before
  up "$options"
  crash_after <<< "$work"
  finish "$about" --journal "$about"
}

crashed journal-v3-64    'csum_v3 tags of 16 bytes, 64bit'        rw -T modern -b 4096 -J size=4
crashed journal-v3-32    'csum_v3 tags of 16 bytes, no 64bit'     rw -T modern -b 4096 -O ^64bit -J size=4
crashed journal-none-32  'no checksums, tags of 8 bytes'          rw -T modern -b 4096 -O ^64bit,^metadata_csum -J size=4
crashed journal-none-64  'no checksums, tags of 12 bytes, 64bit'  rw -T modern -b 4096 -O ^metadata_csum -J size=4
crashed journal-v1-32    'v1 checksum in the commit block'        rw,journal_checksum -T modern -b 4096 -O ^64bit,^metadata_csum -J size=4
crashed journal-v1-64    'v1 checksum in the commit block, 64bit' rw,journal_checksum -T modern -b 4096 -O ^metadata_csum -J size=4
crashed journal-async    'csum_v3 with asynchronous commit'       data=writeback,journal_async_commit -T modern -b 4096 -J size=4
crashed journal-v3-1k    'csum_v3, 1 KiB blocks'                  rw -T modern -b 1024 -J size=1

crashed journal-ext3     'as ext3: the log and all files mapped by indirect blocks' rw -T modern -b 1024 -O ^64bit,^metadata_csum,^extent,^flex_bg -J size=1

# The transaction number passes 2^32.
image journal-number-wraps 12M -T modern -b 4096 -O ^64bit,^metadata_csum -J size=4 -N 256
before
python3 - "$IMG" "$(debugfs -R 'bmap <8> 0' "$IMG" 2> /dev/null)" <<'PY'
import struct, sys
with open(sys.argv[1], "r+b") as out:
    out.seek(int(sys.argv[2]) * 4096 + 0x18)
    out.write(struct.pack(">I", 0xFFFFFFFD))
PY
up
crash_after <<< "$work"
finish 'transaction numbers that pass 2^32' --journal 'no checksums, transaction numbers wrap' --hand-made

# csum_v2: no kernel of this century writes it by itself. The blocks a kernel changed are put into a csum_v2 log.
csum_v2() {
  local name=$1 about=$2; shift 2
  image "$name" 12M "$@" -N 256
  before
  cp "$IMG" "$WORK/after.img"
  mv "$IMG" "$WORK/before.img"; IMG=$WORK/after.img
  up; { echo "$work"; echo sync; } | ops; down
  IMG=$WORK/$name.img; mv "$WORK/before.img" "$IMG"
  python3 "$RECIPES/relog.py" "$IMG" "$WORK/after.img" 2 "$WORK"
  rm "$WORK/after.img"
  finish "$about" --journal "$about" --hand-made
}
csum_v2 journal-v2-32 'csum_v2 tags of 10 bytes'        -T modern -b 4096 -O ^64bit -J size=4
csum_v2 journal-v2-64 'csum_v2 tags of 14 bytes, 64bit' -T modern -b 4096 -J size=4

# A directory block is logged, freed (revoked) and used again for data: replay must leave the data alone.
image journal-revoke 12M -T modern -b 4096 -J size=4 -N 256
before
up
crash_after <<'OPS'
mkdir /gone
fill /gone long-name-to-need-several-blocks-of-directory-so-that-some-are-used-again- 120
fsync /gone/
unfill /gone long-name-to-need-several-blocks-of-directory-so-that-some-are-used-again- 0 120 1
rmdir /gone
fsync /kept
write /reuser 0 6M unit=256K
fsync /reuser
OPS
revoked=$(debugfs -R 'logdump -a' "$IMG" 2>/dev/null | sed -n 's/.*Revoke FS block \([0-9]*\).*/\1/p' | sort -u)
[ -n "$revoked" ] || { echo "no revoke record" >&2; exit 1; }
finish 'revoked blocks that were used again for data' --journal 'csum_v3 with revokes'
python3 - "$OUT/journal-revoke.json" $revoked <<'PY'
import json, sys
files = json.load(open(sys.argv[1]))["files"]["recovered"]
runs = [(int(a.split(":W@")[1]), a) for f in files if f["path"] == "/reuser" for a in f["extents"]]
def length(a): first, last = a.split(":")[0].split("-"); return int(last) - int(first) + 1
reused = [b for b in map(int, sys.argv[2:]) if any(start <= b < start + length(a) for start, a in runs)]
if not reused: sys.exit("no revoked block was used again: the image proves nothing")
PY

# Logged blocks that begin with the log's own magic number are escaped.
image journal-escape 12M -T modern -b 4096 -J size=4 -N 256
before
up data=journal
crash_after <<'OPS'
hex /magic 0 c03b3998 4
hex /magic 1b c03b399800000002 3b
hex /magic 4b 5a 1b
write /journalled 0 20b
fsync /magic
write /journalled 5b 5b salt=1
fsync /journalled
OPS
finish 'data=journal; data blocks that begin with the magic number of jbd2' --journal 'csum_v3 with escaped blocks'

image journal-escape-none 12M -T modern -b 4096 -O ^64bit,^metadata_csum -J size=4 -N 256
before
up data=journal
crash_after <<'OPS'
hex /magic 0 c03b3998 2b+4
write /journalled 0 20b
fsync /magic
OPS
finish 'the same without checksums' --journal 'no checksums with escaped blocks'

# A log that wraps: more than 1023 blocks of journalled data, some checkpointed on the way.
image journal-wrapped 12M -T modern -b 4096 -J size=4 -N 256
before
up data=journal
crash_after < <(
  for round in $(seq 1 20); do
    echo "write /round 0 48b unit=16K salt=$round"; echo 'fsync /round'
    echo "write /small$round 0 100"; echo "fsync /small$round"
  done)
log_blocks() { debugfs -R logdump "$IMG" 2>/dev/null | sed -n 's/^Found expected sequence .* at block \([0-9]*\).*/\1/p'; }
log_blocks | awk 'NR > 1 && $1 < last { wrapped = 1 } { last = $1 } END { exit !wrapped }' || { echo "the log does not wrap" >&2; exit 1; }
finish 'a log that wraps around its end' --journal 'csum_v3, wrapped'

# Torn ends. WHAT becomes of the last transaction: its commit block vanishes, its commit block is damaged, or blocks
# in the middle never arrived while the commit block did.
torn() {
  local name=$1 about=$2 what=$3; shift 3
  image "$name" 12M "$@" -J size=4 -N 256
  before
  up
  crash_after <<< "$work"
  python3 "$RECIPES/tear.py" "$IMG" "$what"
  finish "$about" --journal "$about" --hand-made
}
torn journal-torn            'the last commit block is missing'                     commit-gone    -T modern -b 4096
torn journal-torn-descriptor 'the last descriptor is missing, its commit is there'  descriptor-gone -T modern -b 4096
torn journal-torn-none       'the last commit block is missing, no checksums'       commit-gone    -T modern -b 4096 -O ^64bit,^metadata_csum
torn journal-bad-commit      'the last commit block has a wrong checksum'           commit-bad     -T modern -b 4096
torn journal-bad-data        'a logged block does not match its tag'                data-bad       -T modern -b 4096
