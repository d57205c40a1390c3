# Files of every shape a mapping can have; sourced by recipes. Sizes are in blocks, so one list serves all geometries.
# Shifting by less than a cluster fails with bigalloc: those files then stay whole.

shapes() {
  ops <<'OPS'
mkdir /shapes
write /shapes/empty 0 0
text  /shapes/tiny 0 seventeen-bytes!!
write /shapes/one-block 0 1b
write /shapes/dense 0 20b+77
falloc /shapes/unwritten-all 0 12b
falloc /shapes/unwritten-odd-size 0 5b+123
falloc /shapes/first-written 0 16b
write /shapes/first-written 0 1b
falloc /shapes/last-written 0 16b
write /shapes/last-written 15b 1b
falloc /shapes/middle-written 0 16b
write /shapes/middle-written 7b 2b
falloc /shapes/part-of-a-block 0 4b
write /shapes/part-of-a-block 1b+100 57
write /shapes/keep-size 0 3b+10
falloc-keep /shapes/keep-size 3b+10 9b
falloc-keep /shapes/keep-size-empty 0 8b
write /shapes/hole-first 9b 2b
write /shapes/hole-middle 0 2b
write /shapes/hole-middle 30b 2b
truncate /shapes/hole-only 40b+1
write /shapes/hole-last 0 2b
truncate /shapes/hole-last 22b+5
write /shapes/punched 0 24b
fsync /shapes/punched
punch /shapes/punched 3b+9 10b
write /shapes/zeroed 0 24b
fsync /shapes/zeroed
zero /shapes/zeroed 4b+50 9b
write /shapes/collapsed 0 24b
fsync /shapes/collapsed
try collapse /shapes/collapsed 8b 8b
write /shapes/inserted 0 24b
fsync /shapes/inserted
try insert /shapes/inserted 8b 8b
falloc /shapes/two-states 0 64b
every write /shapes/two-states 0 64b 2b 1b
write /shapes/two-states-holes 0 96b
fsync /shapes/two-states-holes
every zero /shapes/two-states-holes 1b 96b 3b 1b
every punch /shapes/two-states-holes 2b 96b 3b 1b
shuffle 7 write /shapes/shuffled 0 60b 3b 2b
write /shapes/cut 0 40b
fsync /shapes/cut
truncate /shapes/cut 11b+3
write /shapes/cut-then-grown 0 40b
fsync /shapes/cut-then-grown
truncate /shapes/cut-then-grown 11b+3
truncate /shapes/cut-then-grown 33b
write /shapes/far 50000b 1b
write /shapes/far 3G 1b+1
truncate /shapes/far 3G+5b
sync
OPS
}
