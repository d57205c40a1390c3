#!/bin/bash
# Written, unwritten, alternating and missing blocks in every block size the kernel mounts; trees of depth 0 to 3.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-shapes.sh"

image k4-shapes 16M -T modern -b 4096 -J size=4 -N 128
up; shapes; finish 'every shape of a mapping, 4 KiB blocks'

image k2-shapes 12M -T modern -b 2048 -J size=2 -N 128
up; shapes; finish 'every shape of a mapping, 2 KiB blocks'

image k1-shapes 8M -T modern -b 1024 -J size=1 -N 128
up; shapes; finish 'every shape of a mapping, 1 KiB blocks'

image k1-deep 40M -T modern -b 1024 -O ^has_journal -N 32
up
ops <<'OPS'
falloc /depth1 0 100b
every write /depth1 0 100b 2b 1b
falloc /depth2 0 1000b
every write /depth2 0 1000b 2b 1b
falloc /depth3 0 15000b
shuffle 3 write /depth3 0 15000b 2b 1b unit=64K
every write /holes-deep 0 9000b 9b 1b unit=64K
sync
OPS
finish 'extent trees of depth 1, 2 and 3 with written, unwritten and hole runs, 1 KiB blocks'

image k4-deep 40M -T modern -b 4096 -O ^has_journal -N 32
up
ops <<'OPS'
falloc /depth1 0 400b
every write /depth1 0 400b 2b 1b unit=64K
falloc /depth2 0 3200b
every write /depth2 0 3200b 2b 1b unit=64K
every write /holes 0 12000b 7b 1b unit=64K
sync
OPS
finish 'extent trees of depth 1 and 2, 4 KiB blocks'
