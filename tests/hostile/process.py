#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A process that is hard to look at. Prints "ready", and ends with its stdin.

  process.py memfds COUNT FILE    has COUNT files in memory with these bytes open and mapped as code
  process.py deleted COUNT FILE   the same, closed
  process.py mappings COUNT FILE  has the file mapped COUNT times
  process.py named FOLDER FILE    has copies of the file mapped whose names are not what they look like
  process.py leased FILE          has a lease on the file, and mapped it
  process.py changing FILE        has mapped the file, and cuts it short and fills it again without end
"""
import ctypes
import fcntl
import os
import resource
import signal
import sys
import threading

import files

READ, WRITE, EXEC, PRIVATE = 1, 2, 4, 2
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]

def map_code(fd, protection=READ | EXEC):
    if libc.mmap(None, 4096, protection, PRIVATE, fd, 4096) in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "mmap")


def memfds(count, path, is_closed):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with open(path, "rb") as file:
        data = file.read()
    for _ in range(count):
        fd = os.memfd_create("hostile")
        os.write(fd, data)
        map_code(fd)
        if is_closed:
            os.close(fd)


def mappings(count, path):
    fd = os.open(path, os.O_RDONLY)
    for i in range(count):  # neighbours with different rights are not made one
        map_code(fd, READ | EXEC | (WRITE if i % 2 else 0))


def named(folder, path):
    with open(path, "rb") as file:
        data = file.read()
    for name in files.ODD_NAMES:
        copy = os.path.join(os.fsencode(folder), name)
        with open(copy, "wb") as file:
            file.write(data)
        map_code(os.open(copy, os.O_RDONLY))


def leased(path):
    fd = os.open(path, os.O_RDWR)
    map_code(fd)
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # somebody wants to open it: let them wait
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)


def changing(path):
    with open(path, "rb") as file:
        data = file.read()
    fd = os.open(path, os.O_RDWR)
    map_code(fd)

    def change():
        while True:
            os.ftruncate(fd, 4096)
            os.pwrite(fd, data, 0)
            os.ftruncate(fd, 100)
            os.pwrite(fd, data + bytes(4096), 0)

    threading.Thread(target=change, daemon=True).start()


def main():
    kind, *words = sys.argv[1:]
    if kind in ("memfds", "deleted"):
        memfds(int(words[0]), words[1], kind == "deleted")
    elif kind == "mappings":
        mappings(int(words[0]), words[1])
    else:
        {"named": named, "leased": leased, "changing": changing}[kind](*words)
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
