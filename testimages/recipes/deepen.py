"""Puts index nodes between an inode's root and its extents: deepen.py IMAGE PATH DEPTH

Works on file systems of one group without metadata_csum.
"""

import re
import struct
import subprocess
import sys


def debugfs(image, *commands):
    done = subprocess.run(["debugfs", "-w", "-f", "-", image], input="\n".join(commands) + "\n", capture_output=True, text=True)
    return done.stdout


def number(text, field):
    return int(re.search(r"%s:?\s+(\d+)" % field, text).group(1))


def main():
    image, path, depth = sys.argv[1], sys.argv[2], int(sys.argv[3])
    header = debugfs(image, "show_super_stats -h")
    block_size, free = number(header, "Block size"), number(header, "Free blocks")
    nodes = [int(block) for block in re.search(r"Free blocks found: ([\d ]+)", debugfs(image, "ffb %d" % depth)).group(1).split()]
    place = re.search(r"located at block (\d+), offset 0x([0-9a-f]+)", debugfs(image, "imap " + path))
    with open(image, "r+b") as out:
        out.seek(int(place.group(1)) * block_size + int(place.group(2), 16) + 40)
        root = out.read(60)
        magic, entries, _, old_depth, _ = struct.unpack_from("<HHHHI", root)
        if magic != 0xF30A or old_depth != 0:
            sys.exit("not a tree of depth 0")
        first = struct.unpack_from("<I", root, 12)[0]
        capacity = (block_size - 12) // 12
        for level, block in enumerate(nodes):
            if level == 0:
                content = struct.pack("<HHHHI", magic, entries, capacity, 0, 0) + root[12:]
            else:
                content = struct.pack("<HHHHI", magic, 1, capacity, level, 0) + index(first, nodes[level - 1])
            out.seek(block * block_size)
            out.write(content.ljust(block_size, b"\0"))
    new_root = (struct.pack("<HHHHI", magic, 1, 4, depth, 0) + index(first, nodes[-1])).ljust(60, b"\0")
    sectors = number(debugfs(image, "stat " + path), "Blockcount") + depth * block_size // 512
    commands = ["sif %s block[%d] %d" % (path, i, word) for i, word in enumerate(struct.unpack("<15I", new_root))]
    commands.append("sif %s blocks %d" % (path, sectors))
    commands += ["setb %d" % block for block in nodes]
    commands += ["ssv free_blocks_count %d" % (free - depth), "set_bg 0 free_blocks_count %d" % (free - depth), "set_bg 0 checksum calc"]
    debugfs(image, *commands)


def index(lblk, pblk):
    return struct.pack("<IIHH", lblk, pblk, 0, 0)


if __name__ == "__main__":
    main()
