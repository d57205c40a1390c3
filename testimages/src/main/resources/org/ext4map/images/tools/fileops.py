"""Runs a list of file operations below one directory, exactly as written and in order.

    python3 fileops.py DIR [BLOCK-SIZE] < operations

One operation a line; '#' starts a comment. Paths are absolute inside DIR. Numbers are bytes; they may carry
K, M, G, T (powers of 1024) or b (blocks, by default of the file system) and be joined by + and -, for example 2b+100 or 4G-1.

    mkdir P | unlink P | rmdir P | rename P Q | link P Q | symlink TEXT P | mknod P b|c|p|s [MAJOR MINOR]
    write P OFF LEN [unit=1K] [salt=0]      stamped bytes, see stamp()
    dwrite P OFF LEN [unit=1K] [salt=0]     the same with O_DIRECT
    text P OFF STRING                       plain characters
    hex P OFF HEXDIGITS [LEN]               bytes, repeated up to LEN
    every OP P FIRST END STEP ...           OP (write, hex, or a range operation) at FIRST, FIRST+STEP, ... < END
    shuffle SEED OP P FIRST END STEP ...    the same in a random order, each followed by fdatasync
    falloc|falloc-keep|punch|zero|zero-keep|collapse|insert P OFF LEN
    truncate P SIZE | fsync P | fdatasync P | close P | sync
    setxattr P NAME TEXT|@LEN               @LEN: that many stamped bytes
    setflags P MASK                         FS_IOC_SETFLAGS with these bits added
    encrypt DIR                             an empty directory gets a policy with a key of 64 bytes 0x11
    hold P                                  keep P open until the process ends (to unlink it while it is in use)
    fill DIR PREFIX COUNT [SIZE]            COUNT files PREFIX00000...; with SIZE each has that many bytes
    unfill DIR PREFIX FIRST END STEP        unlinks some of them
    links P DIR PREFIX COUNT                COUNT more names of P
    sizes DIR PREFIX FIRST END              for each size one symbolic link with a target that long
    shutdown 0|1|2                          EXT4_IOC_SHUTDOWN: 0 full flush, 1 flush the log, 2 nothing
    snapshot SOURCE TARGET                  sparse copy of a host file (the image below the mount)
    try OP ...                              OP may fail with an OSError; the failure is ignored
"""

import ctypes
import fcntl
import mmap
import os
import random
import struct
import sys
import zlib

MODES = {
    "falloc": 0,
    "falloc-keep": 1,
    "punch": 3,
    "collapse": 8,
    "zero": 16,
    "zero-keep": 17,
    "insert": 32,
}
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS = 0x80086601, 0x40086602
FS_IOC_ADD_ENCRYPTION_KEY, FS_IOC_SET_ENCRYPTION_POLICY = 0xC0506617, 0x800C6613
EXT4_IOC_SHUTDOWN = 0x8004587D
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

libc = ctypes.CDLL(None, use_errno=True)


def stamp(path, offset, length, unit=1024, salt=0):
    """The bytes every recipe writes: each 8 aligned bytes hold the number of their unit and a word made of the
    path. A byte read from a wrong place, a wrong file or a wrong generation therefore differs, and the whole
    still compresses well. The fill byte of free space, 0xA5, is kept out of the path word."""
    word = (zlib.crc32(path.encode()) ^ (salt * 0x9E3779B1)) & 0x7F7F7F7F
    first = offset - offset % 8
    out = bytearray()
    position = first
    while position < offset + length:
        number = position // unit
        end = min((number + 1) * unit, offset + length + 7 & ~7)
        out += struct.pack("<II", number & 0x7FFFFFFF, word) * ((end - position) // 8)
        position = end
    return bytes(out[offset - first : offset - first + length])


class Operations:
    def __init__(self, root, block_size):
        self.root = root.rstrip("/")
        self.block_size = block_size
        self.files = {}
        self.held = []

    def number(self, text):
        total = 0
        for term in text.replace("-", "+-").split("+"):
            if not term:
                continue
            sign, term = (-1, term[1:]) if term[0] == "-" else (1, term)
            factor = 1
            if term[-1] == "b":
                factor, term = self.block_size, term[:-1]
            elif term[-1] in UNITS:
                factor, term = UNITS[term[-1]], term[:-1]
            total += sign * factor * int(term, 0)
        return total

    def host(self, path):
        return self.root + path

    def fd(self, path):
        if path not in self.files:
            self.files[path] = os.open(self.host(path), os.O_RDWR | os.O_CREAT, 0o644)
        return self.files[path]

    def close(self, path):
        if path in self.files:
            os.close(self.files.pop(path))

    def stamped(self, path, offset, length, options):
        given = dict(option.split("=") for option in options)
        unit = self.number(given.get("unit", "1K"))
        return stamp(path, offset, length, unit, int(given.get("salt", "0")))

    def range_operation(self, name, path, offset, length, rest):
        if name == "write":
            write_fully(self.fd(path), self.stamped(path, offset, length, rest), offset)
        elif name == "dwrite":
            self.direct_write(path, offset, self.stamped(path, offset, length, rest))
        elif name in MODES:
            fallocate(self.fd(path), MODES[name], offset, length)
        else:
            raise ValueError("unknown operation " + name)

    def direct_write(self, path, offset, data):
        fd = os.open(self.host(path), os.O_RDWR | os.O_CREAT | os.O_DIRECT, 0o644)
        try:
            with mmap.mmap(-1, len(data)) as buffer:
                buffer.write(data)
                if os.pwrite(fd, buffer, offset) != len(data):
                    raise OSError("short direct write")
        finally:
            os.close(fd)

    def series(self, name, path, first, end, step, rest, seed):
        offsets = list(range(self.number(first), self.number(end), self.number(step)))
        if seed is not None:
            random.Random(seed).shuffle(offsets)
        for offset in offsets:
            self.range_operation(name, path, offset, self.number(rest[0]), rest[1:])
            if seed is not None:
                os.fdatasync(self.fd(path))

    def run(self, line):
        word, *args = line.split()
        if word == "try":
            try:
                self.run(line.split(None, 1)[1])
            except OSError:
                pass
        elif word in MODES or word in ("write", "dwrite"):
            path, offset, length, *rest = args
            self.range_operation(word, path, self.number(offset), self.number(length), rest)
        else:
            getattr(self, "do_" + word)(*args)

    def do_every(self, name, path, first, end, step, *rest):
        self.series(name, path, first, end, step, rest, None)

    def do_shuffle(self, seed, name, path, first, end, step, *rest):
        self.series(name, path, first, end, step, rest, int(seed))

    def do_text(self, path, offset, text):
        write_fully(self.fd(path), text.encode(), self.number(offset))

    def do_hex(self, path, offset, digits, length=None):
        data = bytes.fromhex(digits)
        if length is not None:
            data = (data * (self.number(length) // len(data) + 1))[: self.number(length)]
        write_fully(self.fd(path), data, self.number(offset))

    def do_truncate(self, path, size):
        os.ftruncate(self.fd(path), self.number(size))

    def do_fsync(self, path):
        if os.path.isdir(self.host(path)):
            fd = os.open(self.host(path), os.O_RDONLY)
            os.fsync(fd)
            os.close(fd)
        else:
            os.fsync(self.fd(path))

    def do_fdatasync(self, path):
        os.fdatasync(self.fd(path))

    def do_close(self, path):
        self.close(path)

    def do_sync(self):
        fd = os.open(self.root + "/", os.O_RDONLY)
        if libc.syncfs(fd) != 0:
            raise OSError(ctypes.get_errno(), "syncfs")
        os.close(fd)

    def do_mkdir(self, path):
        os.mkdir(self.host(path))

    def do_rmdir(self, path):
        os.rmdir(self.host(path))

    def do_unlink(self, path):
        self.close(path)
        os.unlink(self.host(path))

    def do_rename(self, path, target):
        self.close(path)
        self.close(target)
        os.rename(self.host(path), self.host(target))

    def do_link(self, path, target):
        os.link(self.host(path), self.host(target))

    def do_symlink(self, text, path):
        os.symlink(text, self.host(path))

    def do_mknod(self, path, kind, major="0", minor="0"):
        mode = {"b": 0o060000, "c": 0o020000, "p": 0o010000, "s": 0o140000}[kind]
        os.mknod(self.host(path), mode | 0o644, os.makedev(int(major), int(minor)))

    def do_setxattr(self, path, name, text):
        value = stamp(name, 0, self.number(text[1:])) if text[0] == "@" else text.encode()
        os.setxattr(self.host(path), name, value, follow_symlinks=False)

    def do_setflags(self, path, mask):
        fd = os.open(self.host(path), os.O_RDONLY)
        flags = bytearray(8)
        fcntl.ioctl(fd, FS_IOC_GETFLAGS, flags)
        value = struct.unpack("<I", flags[:4])[0] | int(mask, 0)
        fcntl.ioctl(fd, FS_IOC_SETFLAGS, struct.pack("<II", value, 0))
        os.close(fd)

    def do_encrypt(self, path):
        fd = os.open(self.host(path), os.O_RDONLY)
        key = bytearray(struct.pack("<II32sII32s", 2, 0, b"", 64, 0, b"") + b"\x11" * 64)
        fcntl.ioctl(fd, FS_IOC_ADD_ENCRYPTION_KEY, key)
        policy = struct.pack("<BBBB4s16s", 2, 1, 4, 3, b"", bytes(key[8:24]))
        fcntl.ioctl(fd, FS_IOC_SET_ENCRYPTION_POLICY, policy)
        os.close(fd)

    def do_hold(self, path):
        self.held.append(os.open(self.host(path), os.O_RDWR))

    def do_fill(self, directory, prefix, count, size="0"):
        for index in range(int(count)):
            path = "%s/%s%05d" % (directory, prefix, index)
            with open(self.host(path), "wb") as out:
                out.write(stamp(path, 0, self.number(size)))

    def do_unfill(self, directory, prefix, first, end, step):
        for index in range(int(first), int(end), int(step)):
            os.unlink(self.host("%s/%s%05d" % (directory, prefix, index)))

    def do_links(self, path, directory, prefix, count):
        for index in range(int(count)):
            os.link(self.host(path), self.host("%s/%s%05d" % (directory, prefix, index)))

    def do_sizes(self, directory, prefix, first, end):
        for size in range(int(first), int(end)):
            target = ("target-of-%d-bytes-" % size * size)[:size]
            os.symlink(target, self.host("%s/%s%d" % (directory, prefix, size)))

    def do_shutdown(self, mode):
        fd = os.open(self.root + "/", os.O_RDONLY)
        fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, struct.pack("<I", int(mode)))
        os.close(fd)

    def do_snapshot(self, source, target):
        copy_sparse(source, target)


def write_fully(fd, data, offset):
    while data:
        done = os.pwrite(fd, data, offset)
        data, offset = data[done:], offset + done


def fallocate(fd, mode, offset, length):
    result = libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length))
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, "fallocate mode %d: %s" % (mode, os.strerror(error)))


def copy_sparse(source, target, chunk=1 << 20):
    """Copies what the source holds now; blocks of zeros become holes. Returns the number of bytes."""
    zeros = bytes(chunk)
    with open(source, "rb") as src, open(target, "wb") as out:
        size = os.fstat(src.fileno()).st_size
        position = 0
        while position < size:
            try:
                position = os.lseek(src.fileno(), position, os.SEEK_DATA)
            except OSError:
                break
            position -= position % chunk
            data = os.pread(src.fileno(), chunk, position)
            if data != zeros[: len(data)]:
                os.pwrite(out.fileno(), data, position)
            position += len(data)
        out.truncate(size)
    return size


def main():
    block_size = int(sys.argv[2]) if len(sys.argv) > 2 else os.statvfs(sys.argv[1]).f_bsize
    operations = Operations(sys.argv[1], block_size)
    for number, line in enumerate(sys.stdin, 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        try:
            operations.run(line)
        except OSError as problem:
            sys.exit("line %d: %s: %s" % (number, line, problem))


if __name__ == "__main__":
    main()
