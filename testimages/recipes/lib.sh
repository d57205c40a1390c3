# Shared by all recipes; source it first. Needs root, bash, python3, e2fsprogs, util-linux and a kernel with ext4.
#
#   image NAME SIZE [mke2fs options]   makes $IMG, filled with 0xA5 before mke2fs so that stale bytes show
#   up [mount options] / down          mounts $IMG on $MNT / unmounts it
#   ops <<'EOF'                        file operations on $MNT, see tools/fileops.py
#   finish 'what it is' [options]      measures $IMG and packs it; options of tools in manifest.py
#
# Output goes to $OUT (default: the module's resources). WORK is scratch.
set -euo pipefail
export LC_ALL=C TZ=UTC
RECIPES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
RESOURCES=$RECIPES/../src/main/resources/org/ext4map/images
TOOLS=$RESOURCES/tools
OUT=${OUT:-$RESOURCES/golden}
WORK=${WORK:-$(mktemp -d /dev/shm/ext4map-recipes.XXXXXX)}
MNT=$WORK/mnt
RECIPE=$(basename "$0")
export MKE2FS_CONFIG=$RECIPES/mke2fs.conf E2FSPROGS_FAKE_TIME=1700000000 PYTHONDONTWRITEBYTECODE=1
UUID=6d617034-7478-6534-8000-00000000a5a5
HASH_SEED=5eed5eed-5eed-5eed-8eed-5eed5eed5eed
LOOP=
mkdir -p "$MNT" "$OUT"

clean_up() {
  down 2>/dev/null || true
  rm -rf "$WORK"
}
trap clean_up EXIT

image() {
  NAME=$1; IMG=$WORK/$NAME.img
  local size=$2; shift 2
  python3 - "$IMG" "$size" <<'PY'
import sys
size = int(sys.argv[2][:-1]) << {"M": 20, "G": 30}[sys.argv[2][-1]]
with open(sys.argv[1], "wb") as out:
    for at in range(0, min(size, 256 << 20), 1 << 20):
        out.write(b"\xa5" * min(1 << 20, size - at))
    out.truncate(size)
PY
  mke2fs -q -F -U "$UUID" -E "hash_seed=$HASH_SEED,nodiscard,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0${EXT:+,$EXT}" \
    "$@" "$IMG" 2> "$WORK/mke2fs.err" || { cat "$WORK/mke2fs.err" >&2; return 1; }
  EXT=
}

up() {
  LOOP=$(losetup -f --show "$IMG")
  mount -t ext4 -o "${1:-rw}" "$LOOP" "$MNT"
  local knob=/sys/fs/ext4/$(basename "$LOOP")/extent_max_zeroout_kb
  if [ -e "$knob" ]; then echo 0 > "$knob"; fi      # split extents instead of writing zeros
}

down() {
  mountpoint -q "$MNT" && umount "$MNT"
  if [ -n "$LOOP" ]; then losetup -d "$LOOP"; LOOP=; fi
}

ops() {
  python3 "$TOOLS/fileops.py" "$MNT"
}

# Makes the image a crash: the operations on stdin run, then the fs is shut down without flushing and the image
# becomes what the device held at that moment.
crash_after() {
  { cat; echo "shutdown 2"; echo "snapshot $IMG $WORK/crash.img"; } | ops
  down
  mv "$WORK/crash.img" "$IMG"
}

dbg() {
  debugfs -w -f - "$IMG" > "$WORK/debugfs.out" 2>&1 || { cat "$WORK/debugfs.out" >&2; return 1; }
}

finish() {
  down || true
  python3 "$RECIPES/manifest.py" --image "$IMG" --name "$NAME" --recipe "$RECIPE" --out "$OUT" --work "$WORK" --about "$@"
  rm -f "$IMG"
}
