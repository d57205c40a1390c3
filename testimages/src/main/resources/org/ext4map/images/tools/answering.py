"""Runs file operations below one directory, one at a time, and answers each with OK or the name of its error.

    python3 answering.py DIR < operations > answers

The language is that of fileops.py with numbers in bytes and these differences: nothing is created but by create,
files are opened for each operation alone, and a write is "write P OFF LEN SALT" with the bytes of letters().

    unshare P OFF LEN                       opens P; ext4 shares nothing, and the kernel has no such mode for it
    create P | swap P DONOR OFF LEN         EXT4_IOC_MOVE_EXT, the same range in both
"""

import errno
import fcntl
import os
import struct
import sys

import fileops

EXT4_IOC_MOVE_EXT = 0xC028660F
NAMES = {**errno.errorcode, errno.EOPNOTSUPP: "EOPNOTSUPP"}
ALPHABETS, LETTERS, PERIOD = 14, 16, 61


def letters(length, salt):
    """The salt chooses one of 14 alphabets of 16 letters, so one byte tells which file it belongs to; 0 is in none."""
    first, serial = 1 + salt % ALPHABETS * LETTERS, salt // ALPHABETS
    period = bytes(first + (i * 5 + serial * 3) % LETTERS for i in range(PERIOD))
    return (period * (length // PERIOD + 1))[:length]


class Answering(fileops.Operations):
    def fd(self, path):
        if path not in self.files:
            self.files[path] = os.open(self.host(path), os.O_RDWR)
        return self.files[path]

    def answer(self, line):
        try:
            self.run(line)
            return "OK"
        except OSError as problem:
            return NAMES.get(problem.errno, str(problem))
        finally:
            for path in list(self.files):
                self.close(path)

    def do_create(self, path):
        os.close(os.open(self.host(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644))

    def do_rename(self, path, target):
        os.rename(self.host(path), self.host(target))

    def do_unshare(self, path, offset, length):
        self.fd(path)

    def do_swap(self, path, donor, offset, length):
        block = int(offset) // self.block_size
        count = int(length) // self.block_size
        request = struct.pack("<IIQQQQ", 0, self.fd(donor), block, block, count, 0)
        fcntl.ioctl(self.fd(path), EXT4_IOC_MOVE_EXT, request)

    def range_operation(self, name, path, offset, length, rest):
        if name == "write":
            fileops.write_fully(self.fd(path), letters(length, int(rest[0])), offset)
        else:
            super().range_operation(name, path, offset, length, rest)


def main():
    operations = Answering(sys.argv[1], os.statvfs(sys.argv[1]).f_bsize)
    for line in sys.stdin:
        print(operations.answer(line.strip()), flush=True)


if __name__ == "__main__":
    main()
