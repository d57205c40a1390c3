#!/bin/bash
# A tree of the greatest legal depth, 5, made by hand: each index node has one child. No kernel builds it for a small
# file, every kernel reads it.
. "$(dirname "$0")/lib.sh"

image k1-depth-5 4M -T modern -b 1024 -O ^has_journal,^metadata_csum,^resize_inode -N 32
up
ops <<'OPS'
write /deepest 0 3b
falloc /deepest 10b 4b
write /deepest 20b 2b
sync
OPS
down
python3 "$RECIPES/deepen.py" "$IMG" /deepest 5
finish 'an extent tree of depth 5' --hand-made
