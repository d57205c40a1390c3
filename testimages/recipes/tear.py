"""Damages the last transaction of a log: tear.py IMAGE commit-gone|descriptor-gone|commit-bad|data-bad"""

import re
import subprocess
import sys


def debugfs(image, command):
    return subprocess.run(["debugfs", "-R", command, image], capture_output=True, text=True).stdout


def main():
    image, what = sys.argv[1:3]
    block_size = int(re.search(r"Block size:\s+(\d+)", debugfs(image, "show_super_stats -h")).group(1))
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
    with open(image, "r+b") as out:
        if what.endswith("-gone"):
            out.seek(home * block_size)
            out.write(b"\xa5" * block_size)
        else:
            out.seek(home * block_size + 0x30)       # commit: the time; data: anything
            byte = out.read(1)[0]
            out.seek(home * block_size + 0x30)
            out.write(bytes([byte ^ 1]))


if __name__ == "__main__":
    main()
