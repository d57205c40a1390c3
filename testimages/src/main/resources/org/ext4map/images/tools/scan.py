"""Says what the mounted kernel shows of a tree: one JSON object a line, sorted by path.

    python3 scan.py MOUNTPOINT [--only PATH]...

Mapping notation: first-last:W@pblk in file-system blocks, W written, U unwritten; neighbours that continue each
other in the file, on the device and in state are joined, because FIEMAP answers as the kernel's cache has them.
"""

import errno
import fcntl
import hashlib
import json
import os
import stat
import struct
import sys

FS_IOC_FIEMAP = 0xC020660B
FS_IOC_GETFLAGS = 0x80086601
FIEMAP_UNKNOWN, FIEMAP_DELALLOC, FIEMAP_ENCODED = 0x2, 0x4, 0x8
FIEMAP_LAST, FIEMAP_INLINE, FIEMAP_UNWRITTEN = 0x1, 0x200, 0x800
EXTENTS_FL, INLINE_DATA_FL, ENCRYPT_FL = 0x80000, 0x10000000, 0x800
FULL_HASH_LIMIT = 256 << 20
BIG_DIRECTORY, BIG_DIRECTORY_STEP = 80, 20
KINDS = [
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "dir"),
    (stat.S_ISLNK, "symlink"),
    (stat.S_ISCHR, "char"),
    (stat.S_ISBLK, "block"),
    (stat.S_ISFIFO, "fifo"),
    (stat.S_ISSOCK, "socket"),
]


def fiemap(fd):
    """All extents as (logical, physical, length, flags), in bytes, as they come."""
    count, start, found = 512, 0, []
    while True:
        request = bytearray(32 + 56 * count)
        struct.pack_into("<QQIIII", request, 0, start, 2**64 - 1 - start, 0, 0, count, 0)
        fcntl.ioctl(fd, FS_IOC_FIEMAP, request)
        mapped = struct.unpack_from("<I", request, 20)[0]
        for index in range(mapped):
            logical, physical, length = struct.unpack_from("<QQQ", request, 32 + 56 * index)
            flags = struct.unpack_from("<I", request, 32 + 56 * index + 40)[0]
            found.append((logical, physical, length, flags))
        if mapped == 0 or found[-1][3] & FIEMAP_LAST:
            return found
        start = found[-1][0] + found[-1][2]


def joined(extents):
    """Joins neighbours of (lblk, pblk, len, state) that continue each other."""
    out = []
    for lblk, pblk, length, state in extents:
        if out:
            last = out[-1]
            if last[3] == state and last[0] + last[2] == lblk and last[1] + last[2] == pblk:
                out[-1] = (last[0], last[1], last[2] + length, state)
                continue
        out.append((lblk, pblk, length, state))
    return out


def notation(extents):
    return ["%d-%d:%s@%d" % (lblk, lblk + n - 1, state, pblk) for lblk, pblk, n, state in extents]


def block_extents(raw, block_size):
    """FIEMAP's bytes as blocks; None if the file has no block map (inline data)."""
    if any(flags & FIEMAP_INLINE for _, _, _, flags in raw):
        return None
    if any(flags & (FIEMAP_DELALLOC | FIEMAP_ENCODED | FIEMAP_UNKNOWN) for _, _, _, flags in raw):
        raise OSError(errno.EAGAIN, "delayed allocation: sync first")
    return joined(
        (
            logical // block_size,
            physical // block_size,
            length // block_size,
            "U" if flags & FIEMAP_UNWRITTEN else "W",
        )
        for logical, physical, length, flags in raw
    )


def data_segments(fd, size):
    segments, position = [], 0
    while position < size:
        try:
            begin = os.lseek(fd, position, os.SEEK_DATA)
        except OSError as problem:
            if problem.errno == errno.ENXIO:
                break
            raise
        position = os.lseek(fd, begin, os.SEEK_HOLE)
        segments.append([begin, position - begin])
    return segments


def full_hash(fd, size):
    digest, position = hashlib.sha256(), 0
    while position < size:
        data = os.pread(fd, min(1 << 20, size - position), position)
        if not data:
            raise OSError(errno.EIO, "short read")
        digest.update(data)
        position += len(data)
    return digest.hexdigest()


def mapped_hash(fd, size, extents, block_size):
    """sha256 over each mapped range, cut at the size: le64 offset, le64 length, the bytes as read."""
    digest = hashlib.sha256()
    for lblk, _, length, _ in extents:
        begin, end = lblk * block_size, min((lblk + length) * block_size, size)
        if begin >= end:
            continue
        digest.update(struct.pack("<QQ", begin, end - begin))
        while begin < end:
            data = os.pread(fd, min(1 << 20, end - begin), begin)
            if not data:
                raise OSError(errno.EIO, "short read")
            digest.update(data)
            begin += len(data)
    return digest.hexdigest()


def describe_content(host, entry, status, block_size):
    fd = os.open(host, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        flags = struct.unpack("<I", fcntl.ioctl(fd, FS_IOC_GETFLAGS, bytes(8))[:4])[0]
        entry["flags"] = flags
        raw = fiemap(fd)
        extents = block_extents(raw, block_size)
        if flags & INLINE_DATA_FL:
            entry["mapping"] = "inline"
        else:
            entry["mapping"] = "extents" if flags & EXTENTS_FL else "indirect"
            entry["extents"] = notation(extents)
            entry["extents_source"] = "fiemap"
        if not stat.S_ISREG(status.st_mode):
            return
        entry["data"] = data_segments(fd, status.st_size)
        if status.st_size <= FULL_HASH_LIMIT:
            entry["sha256"] = full_hash(fd, status.st_size)
        else:
            entry["sha256_of_mapped"] = mapped_hash(fd, status.st_size, extents, block_size)
    finally:
        os.close(fd)


def names_hash(host):
    lines = []
    with os.scandir(host) as children:
        for child in children:
            lines.append("%s\t%d\n" % (child.name, child.inode()))
    return len(lines), hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def describe(root, path, block_size):
    host = root + path
    entry = {"path": path}
    try:
        status = os.lstat(host)
        entry["inode"] = status.st_ino
        entry["type"] = next(name for test, name in KINDS if test(status.st_mode))
        entry["size"] = status.st_size
        entry["mode"] = "%04o" % stat.S_IMODE(status.st_mode)
        entry["links"] = status.st_nlink
        entry["uid"], entry["gid"] = status.st_uid, status.st_gid
        entry["mtime"] = int(status.st_mtime)
        entry["sectors"] = status.st_blocks
        if entry["type"] == "symlink":
            entry["symlink_target"] = os.readlink(host)
        elif entry["type"] in ("char", "block"):
            entry["device"] = "%d:%d" % (os.major(status.st_rdev), os.minor(status.st_rdev))
        names = sorted(os.listxattr(host, follow_symlinks=False))
        if names:
            entry["xattrs"] = {
                name: hashlib.sha256(os.getxattr(host, name, follow_symlinks=False)).hexdigest()
                for name in names
            }
        if entry["type"] == "dir":
            entry["names"], entry["names_sha256"] = names_hash(host)
        if entry["type"] in ("file", "dir"):
            describe_content(host, entry, status, block_size)
    except OSError as problem:
        entry["error"] = errno.errorcode.get(problem.errno, str(problem.errno))
    return entry


def walk(root, path, block_size):
    entry = describe(root, path or "/", block_size)
    children = []
    if entry.get("flags", 0) & ENCRYPT_FL:       # names without the key are the kernel's invention
        entry.pop("names", None)
        entry.pop("names_sha256", None)
    if entry.get("type") == "dir" and "names" in entry:
        children = sorted(os.listdir(root + (path or "/")))
    if len(children) > BIG_DIRECTORY:
        entry["listed_step"] = BIG_DIRECTORY_STEP
        children = children[::BIG_DIRECTORY_STEP]
    yield entry
    for name in children:
        yield from walk(root, path + "/" + name, block_size)


def main():
    root = sys.argv[1].rstrip("/")
    block_size = os.statvfs(root + "/").f_bsize
    only = [sys.argv[i + 1] for i in range(2, len(sys.argv), 2) if sys.argv[i] == "--only"]
    entries = (describe(root, path, block_size) for path in only) if only else walk(root, "", block_size)
    for entry in entries:
        print(json.dumps(entry, separators=(",", ":")))


if __name__ == "__main__":
    main()
