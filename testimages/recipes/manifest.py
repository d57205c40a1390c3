"""Measures one finished image, writes its manifest and packs it.

Every view is measured on a copy. as_is: read-only loop device, mount -o ro,noload. recovered: the copy is mounted
read-write (journal replay and orphan processing by the kernel). replayed: journal replay alone (e2fsck -E
journal_only). A view equal to recovered is not repeated. If the kernel refuses to mount a clean image read-write,
recovered is measured read-only.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../src/main/resources/org/ext4map/images/tools"))
import fileops
import scan


def run(*command, check=True, input=None):
    done = subprocess.run(command, capture_output=True, text=True, input=input, errors="replace")
    if check and done.returncode != 0:
        sys.exit("%s: exit %d\n%s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
    return done


class Mounted:
    def __init__(self, image, point, options, read_only_loop):
        self.image, self.point, self.options, self.read_only_loop = image, point, options, read_only_loop

    def __enter__(self):
        flags = ["-r"] if self.read_only_loop else []
        self.loop = run("losetup", "-f", "--show", *flags, self.image).stdout.strip()
        done = run("mount", "-t", "ext4", "-o", self.options, self.loop, self.point, check=False)
        self.failure = None if done.returncode == 0 else done.stderr.strip().split("\n")[0]
        return self

    def __exit__(self, *unused):
        if self.failure is None:
            run("umount", self.point)
        run("losetup", "-d", self.loop)


def superblock(image):
    header = {}
    for line in run("dumpe2fs", "-h", image, check=False).stdout.split("\n"):
        key, colon, value = line.partition(":")
        if colon:
            header[key.strip()] = value.strip()
    return header


def tree_entries(image, entries):
    """Adds to each extent-mapped entry the leaf entries as they stand in the tree, and the depth."""
    mapped = [e for e in entries if e.get("mapping") == "extents"]
    script = "".join("ex <%d>\n" % e["inode"] for e in mapped)
    answer = run("debugfs", "-f", "-", image, input=script).stdout
    for entry, part in zip(mapped, re.split(r"^debugfs: ex <\d+>$", answer, flags=re.M)[1:]):
        depth, leaves = 0, []
        for line in part.splitlines():
            found = re.match(r"\s*(\d+)/\s*(\d+)\s+\d+/\s*\d+\s+(\d+)\s+-\s+(\d+)\s+(\d+)(?:\s+-\s+(\d+))?\s+(\d+)\s*(Uninit)?", line)
            if not found:
                continue
            depth = max(depth, int(found.group(2)))
            if found.group(1) == found.group(2):
                first, last, pblk = int(found.group(3)), int(found.group(4)), int(found.group(5))
                leaves.append((first, pblk, last - first + 1, "U" if found.group(8) else "W"))
        entry["depth"] = depth
        if scan.notation(leaves) != entry.get("extents"):
            entry["entries"] = scan.notation(leaves)
        if "extents" in entry and scan.notation(scan.joined(leaves)) != entry["extents"]:
            sys.exit("%s: FIEMAP and debugfs disagree about %s" % (image, entry["path"]))


def exit_after_recovery(image, work):
    """What e2fsck -fn says once the kernel has recovered a copy; None if it will not."""
    copy, point = os.path.join(work, "view.img"), os.path.join(work, "view")
    fileops.copy_sparse(image, copy)
    with Mounted(copy, point, "rw", False) as mounted:
        if mounted.failure:
            return None
    return run("e2fsck", "-fn", copy, check=False).returncode


def measure(image, work, options, read_only_loop, change):
    """The entries of one view, or the kernel's refusal."""
    copy = os.path.join(work, "view.img")
    fileops.copy_sparse(image, copy)
    if change is not None:
        change(copy)
    point = os.path.join(work, "view")
    os.makedirs(point, exist_ok=True)
    begun = time.time()
    if not read_only_loop:                       # replay first; then look with an empty cache
        with Mounted(copy, point, "rw", False) as first:
            if first.failure:
                return None, first.failure
    with Mounted(copy, point, "ro,noload", True) as mounted:
        if mounted.failure:
            return None, mounted.failure
        answer = run(sys.executable, scan.__file__, point).stdout
        entries = [json.loads(line) for line in answer.split("\n") if line]
    tree_entries(copy, entries)
    os.unlink(copy)
    for entry in entries:
        if entry.get("mtime", 0) >= int(begun):  # recovery itself changed it; that is no truth about the image
            del entry["mtime"]
    return entries, None


def journal_only(copy):
    done = run("e2fsck", "-fy", "-E", "journal_only", copy, check=False)
    if done.returncode not in (0, 1):
        sys.exit("journal replay: " + done.stdout + done.stderr)


def debugfs_entries(image, hostdir, block_size):
    """Entries of an image that the kernel refuses: from debugfs, contents from the host files it was filled with."""
    entries = []

    def visit(path):
        answer = run("debugfs", "-R", "stat " + path, image).stdout
        found = re.search(r"Inode: (\d+)\s+Type: (\S+).*?Mode:\s+(\d+)\s+Flags: 0x([0-9a-f]+)", answer, re.S)
        kind = {"regular": "file", "directory": "dir"}.get(found.group(2), found.group(2))
        flags = int(found.group(4), 16)
        size = int(re.search(r"Size: (\d+)", answer).group(1))
        entry = {"path": path, "inode": int(found.group(1)), "type": kind, "size": size, "flags": flags}
        entry["mode"] = found.group(3)
        entry["links"] = int(re.search(r"Links: (\d+)", answer).group(1))
        entry["mapping"] = (
            "inline" if flags & scan.INLINE_DATA_FL else "extents" if flags & scan.EXTENTS_FL else "indirect"
        )
        if kind == "symlink":
            entry["symlink_target"] = re.search(r'Fast link dest: "(.*)"', answer).group(1)
        elif kind == "file":
            host = hostdir + path
            fd = os.open(host, os.O_RDONLY)
            if os.fstat(fd).st_size != size:
                sys.exit("%s: size differs from %s" % (path, host))
            entry["sha256"] = scan.full_hash(fd, size)
            os.close(fd)
        entries.append(entry)
        if kind == "dir":
            listing = run("debugfs", "-R", "ls -p " + path, image).stdout
            names = [(p[5], int(p[1])) for p in (line.split("/") for line in listing.split("\n")) if len(p) > 5]
            names = sorted((name, number) for name, number in names if number and name not in (".", ".."))
            entry["names"] = len(names)
            text = "".join(sorted("%s\t%d\n" % pair for pair in names))
            entry["names_sha256"] = hashlib.sha256(text.encode()).hexdigest()
            for name, _ in names:
                visit((path if path != "/" else "") + "/" + name)

    visit("/")
    tree_entries(image, entries)
    for entry in entries:
        if entry["mapping"] == "extents":
            leaves = [parse(text) for text in entry.get("entries", [])]
            entry["extents"] = scan.notation(scan.joined(leaves))
            entry["extents_source"] = "debugfs"
            if entry["extents"] == entry.get("entries"):
                del entry["entries"]
            if entry["type"] == "file":
                entry["data"] = written_segments(leaves, entry["size"], block_size)
    return entries


def parse(text):
    first, last, state, pblk = re.match(r"(\d+)-(\d+):(.)@(\d+)", text).groups()
    return int(first), int(pblk), int(last) - int(first) + 1, state


def written_segments(leaves, size, block_size):
    """What SEEK_DATA and SEEK_HOLE mean without a page cache: written blocks are data, all else is hole."""
    segments = []
    for lblk, _, length, state in leaves:
        begin, end = lblk * block_size, min((lblk + length) * block_size, size)
        if state == "W" and begin < end:
            if segments and sum(segments[-1]) == begin:
                segments[-1][1] += end - begin
            else:
                segments.append([begin, end - begin])
    return segments


def pack(image, target):
    """gzip of gzip: repeated fill bytes shrink 1000 times a turn; no name and no time inside."""

    def squeeze(source, out):
        with gzip.GzipFile("", "wb", 9, out, 0) as packed:
            shutil.copyfileobj(source, packed, 1 << 20)

    inner = io.BytesIO()
    with open(image, "rb") as source:
        squeeze(source, inner)
    inner.seek(0)
    with open(target, "wb") as out:
        squeeze(inner, out)


def dump(manifest, target):
    """One file entry a line, so that a difference can be read."""
    files = manifest.pop("files")
    text = json.dumps(manifest, indent=1)[:-2] + ',\n "files": {'
    views = []
    for view, entries in files.items():
        lines = ",\n  ".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        views.append("\n %s: [\n  %s\n ]" % (json.dumps(view), lines))
    with open(target, "w") as out:
        out.write(text + ",".join(views) + "}\n}\n")


def main():
    parser = argparse.ArgumentParser()
    for name in ("image", "name", "recipe", "out", "work", "about"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--hostdir", help="the kernel cannot mount it: files as they were written with debugfs")
    parser.add_argument("--refused", action="store_true", help="nobody opens it: no files")
    parser.add_argument("--hand-made", action="store_true", help="changed after the kernel made it")
    parser.add_argument("--journal", default=None, help="what kind of journal it shows")
    parser.add_argument("--no-fsck", action="store_true")
    arguments = parser.parse_args()
    image = arguments.image

    header = superblock(image)
    features = header.get("Filesystem features", "").split()
    dirty = "needs_recovery" in features
    journal_features = header.get("Journal features", "(none)")
    views, refusals, recovered_exit, read_write_refused = {}, {}, None, None
    if arguments.hostdir:
        views["recovered"] = debugfs_entries(image, arguments.hostdir, int(header["Block size"]))
    elif not arguments.refused:
        time.sleep(1.1)                          # whatever the recipe did has an earlier second
        plans = {"recovered": ("rw", False, None), "as_is": ("ro,noload", True, None)}
        if dirty and "fast_commit" not in features:      # e2fsck 1.47.0 replays fast commits wrongly
            plans["replayed"] = ("ro,noload", True, journal_only)
        for view, plan in plans.items():
            entries, failure = measure(image, arguments.work, *plan)
            if failure and view == "recovered" and not dirty:
                read_write_refused = failure.replace(arguments.work, "")
                entries, failure = measure(image, arguments.work, "ro,noload", True, None)
            if failure:
                refusals[view] = failure.replace(arguments.work, "")
            else:
                views[view] = entries
        recovered_exit = exit_after_recovery(image, arguments.work)
    for view in ("as_is", "replayed"):
        if view in views and views[view] == views.get("recovered"):
            del views[view]
    fsck = run("e2fsck", "-fn", image, check=False)
    with open(image, "rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    manifest = {
        "format": 1,
        "image": arguments.name,
        "about": arguments.about,
        "recipe": arguments.recipe,
        "source": "debugfs" if arguments.hostdir else "kernel+debugfs" if arguments.hand_made else "kernel",
        "made_with": {"e2fsprogs": run("mke2fs", "-V").stderr.split()[1], "kernel": os.uname().release.split("-")[0]},
        "image_bytes": os.stat(image).st_size,
        "image_sha256": digest,
        "block_size": int(header.get("Block size", "0")),
        "features": features,
        "journal": arguments.journal,
        "journal_features": [] if journal_features == "(none)" else journal_features.split(),
        "needs_recovery": dirty,
        "e2fsck_exit": fsck.returncode,
        "recovered_e2fsck_exit": recovered_exit,
        "read_write_refused": read_write_refused,
        "mount_refused": refusals,
        "files": views,
    }
    pack(image, os.path.join(arguments.out, arguments.name + ".img.gz.gz"))
    counts = " ".join("%s=%d" % (view, len(entries)) for view, entries in views.items())
    dump(manifest, os.path.join(arguments.out, arguments.name + ".json"))
    size = os.stat(os.path.join(arguments.out, arguments.name + ".img.gz.gz")).st_size
    print("%-28s %7d bytes packed, e2fsck %d, %s %s" % (arguments.name, size, fsck.returncode, counts, refusals or ""))


if __name__ == "__main__":
    main()
