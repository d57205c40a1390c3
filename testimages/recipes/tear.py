"""Damages the last transaction of a log: tear.py IMAGE commit-gone|descriptor-gone|commit-bad|data-bad|fast-commit-tail"""

import re
import struct
import subprocess
import sys


def debugfs(image, command):
    return subprocess.run(["debugfs", "-R", command, image], capture_output=True, text=True).stdout


def last_fast_commit_tail(image, block_size, header):
    """Byte in the image of the checksum of the last TAIL that belongs to the running transaction."""
    total = int(re.search(r"Total journal blocks:\s+(\d+)", header).group(1))
    area = int(re.search(r"Fast commit length:\s+(\d+)", header).group(1))
    expected, tail = None, None
    for log_block in range(total - area + 1, total):          # the block at total - area stays unused
        home = int(debugfs(image, "bmap <8> %d" % log_block))
        with open(image, "rb") as source:
            source.seek(home * block_size)
            content = source.read(block_size)
        at = 0
        while at + 4 <= block_size:
            tag, length = struct.unpack_from("<HH", content, at)
            if not 1 <= tag <= 9:
                return tail
            if tag == 9:
                expected = struct.unpack_from("<I", content, at + 8)[0]
            if tag == 8:
                if struct.unpack_from("<I", content, at + 4)[0] != expected:
                    return tail
                tail = home * block_size + at + 8
            at += 4 + length
    return tail


def flip(image, position):
    with open(image, "r+b") as out:
        out.seek(position)
        byte = out.read(1)[0]
        out.seek(position)
        out.write(bytes([byte ^ 1]))


def main():
    image, what = sys.argv[1:3]
    header = subprocess.run(["dumpe2fs", "-h", image], capture_output=True, text=True).stdout
    block_size = int(re.search(r"Block size:\s+(\d+)", header).group(1))
    if what == "fast-commit-tail":
        return flip(image, last_fast_commit_tail(image, block_size, header))
    found = re.findall(r"^Found expected sequence (\d+), type (\d) .* at block (\d+)", debugfs(image, "logdump"), re.M)
    blocks = [(int(kind), int(block)) for _, kind, block in found]
    commit = max(i for i, (kind, _) in enumerate(blocks) if kind == 2)
    descriptor = max(i for i in range(commit) if blocks[i][0] == 1)
    log_block = {
        "commit-gone": blocks[commit][1],
        "commit-bad": blocks[commit][1],
        "descriptor-gone": blocks[descriptor][1],
        "data-bad": blocks[descriptor][1] + 2,
    }[what]
    home = int(debugfs(image, "bmap <8> %d" % log_block))
    if what.endswith("-gone"):
        with open(image, "r+b") as out:
            out.seek(home * block_size)
            out.write(b"\xa5" * block_size)
    else:
        flip(image, home * block_size + 0x30)       # of a commit block: its time


if __name__ == "__main__":
    main()
