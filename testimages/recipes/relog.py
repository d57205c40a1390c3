"""Puts the difference of two images into the log of the first, with debugfs: relog.py BEFORE AFTER CSUM_VERSION WORK

Three transactions: every changed block with wrong content, then with a revoke of one of them, then all with the
right content; and one at the end without a commit block. So replay is only right if order, revokes and the torn
end are.
"""

import re
import subprocess
import sys


def debugfs(image, script, writable=False):
    flags = ["-w"] if writable else []
    done = subprocess.run(["debugfs", *flags, "-f", "-", image], input=script, capture_output=True, text=True)
    return done.stdout


def main():
    before, after, version, work = sys.argv[1:5]
    header = debugfs(before, "show_super_stats -h\n")
    block_size = int(re.search(r"Block size:\s+(\d+)", header).group(1))
    journal = set(map(int, debugfs(before, "blocks <8>\n").split("\n")[1].split()))
    first = 1 if block_size == 1024 else 0
    changed = []
    with open(before, "rb") as old, open(after, "rb") as new:
        number = 0
        while True:
            one, two = old.read(block_size), new.read(block_size)
            if not one:
                break
            if one != two and number not in journal and number != first:
                changed.append((number, two))
            number += 1
    wrong = b"\xbd" * block_size
    files = {"right": b"".join(data for _, data in changed), "wrong": wrong * len(changed), "one": wrong}
    for name, content in files.items():
        with open("%s/%s.blocks" % (work, name), "wb") as out:
            out.write(content)
    numbers = ",".join(str(number) for number, _ in changed)
    some = changed[len(changed) // 2][0]
    spare = next(n for n in range(number - 1, 0, -1) if n not in journal and n not in dict(changed))
    script = "jo -c -v %s\n" % version
    script += "jw -b %s %s/wrong.blocks\n" % (numbers, work)
    script += "jw -b %d %s/one.blocks\n" % (spare, work)
    script += "jw -r %d,%d\n" % (some, spare)
    script += "jw -b %s %s/right.blocks\n" % (numbers, work)
    script += "jw -b %d -c %s/one.blocks\n" % (some, work)
    script += "jc\n"
    sys.stderr.write("".join(line for line in debugfs(before, script, True).splitlines(True) if ":" in line and not line.startswith("debugfs:")))


if __name__ == "__main__":
    main()
