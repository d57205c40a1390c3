"""A reader of ext4 files with one fault: careless_reader.py FAULT IMAGE PATH. It must lose points in the torture kit.

unwritten  reads preallocated blocks from the device      length   pads to whole blocks
silent     prints nothing                                 exit     fails
slow       never ends                                     writes   changes the image
none       reads rightly what has extents
"""

import re
import subprocess
import sys
import time


def debugfs(image, command):
    return subprocess.run(["debugfs", "-R", command, image], capture_output=True, text=True).stdout


def main():
    fault, image, path = sys.argv[1:4]
    if fault == "exit":
        sys.exit("cannot read this")
    if fault == "slow":
        time.sleep(3600)
    if fault == "writes":
        with open(image, "r+b") as target:
            target.write(b"\0")
    if fault == "silent":
        return
    block_size = int(re.search(r"Block size:\s+(\d+)", debugfs(image, "show_super_stats -h")).group(1))
    size = int(re.search(r"Size: (\d+)", debugfs(image, "stat " + path)).group(1))
    content = bytearray(-(-size // block_size) * block_size)
    with open(image, "rb") as source:
        for line in debugfs(image, "ex " + path).splitlines():
            found = re.match(r"\s*(\d+)/\s*(\d+)\s+\d+/\s*\d+\s+(\d+)\s+-\s+(\d+)\s+(\d+)\s+-\s+\d+\s+\d+\s*(Uninit)?", line)
            if not found or found.group(1) != found.group(2):
                continue
            if found.group(6) and fault != "unwritten":
                continue
            first, last, pblk = (int(found.group(i)) for i in (3, 4, 5))
            source.seek(pblk * block_size)
            data = source.read((last - first + 1) * block_size)
            end = min((last + 1) * block_size, len(content))
            if first * block_size < end:
                content[first * block_size : end] = data[: end - first * block_size]
    sys.stdout.buffer.write(content if fault == "length" else content[:size])


if __name__ == "__main__":
    main()
