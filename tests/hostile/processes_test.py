#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever a process has mapped, `list` ends within its bounds and with a sensible status."""
import os
import resource
import subprocess
import tempfile

import files
from bounded import fail, process, run

FORMS = ([], ["--json"])


def expect_rows(shown, wanted, what):
    rows = shown.count(" p:n")
    if rows != wanted:
        fail(f"{what}: {rows} rows, not {wanted}")


def many_files(folder):
    """2,000 files in memory took 7.5 s once; 10,000 small ones and 10,000 that cost what they can."""
    good = os.path.join(folder, "good")
    files.File().probes(files.note()).write(good)
    for kind, count in (("memfds", 2000), ("memfds", 10000), ("deleted", 10000)):
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < count + 100 and kind == "memfds":
            continue
        with process(kind, count, good) as pid:
            for form in FORMS:
                shown, _ = run("list", "-p", str(pid), "p:*", *form)
                if not form:
                    expect_rows(shown, count, kind)
    costly = {
        "headers": (1000, files.sections(1000, files.many(200))),
        "probes": (10000, files.sections(1, files.many(100))),
        "long_names": (10000, files.sections(1, files.many(10, lambda i: b"%d" % i + b"\x1b" * 900))),
        "damaged": (1000, files.segments(256, files.many(300, site=1))),
    }
    for name, (count, made) in costly.items():
        path = os.path.join(folder, name)
        made.write(path)
        with process("deleted", count, path) as pid:
            for form in FORMS:
                _, said = run("list", "-p", str(pid), "p:*", *form, status="0|1")
                if "more like these" not in said:
                    fail(f"{name}: not told what is left out: {said[-300:]}")
        os.unlink(path)


def many_mappings(folder):
    good = os.path.join(folder, "good")
    with process("mappings", 60000, good) as pid:
        for form in FORMS:
            shown, _ = run("list", "-p", str(pid), "p:*", *form)
            if not form:
                expect_rows(shown, 1, "mappings")


def leased(folder):
    """Who opened the file would wait for 45 s (/proc/sys/fs/lease-break-time)."""
    path = os.path.join(folder, "leased")
    files.File().probes(files.note()).write(path)
    with process("leased", path) as pid:
        _, said = run("list", "-p", str(pid), "p:*", status="1", wall=10)
        if "lease" not in said:
            fail(f"not a word about the lease: {said}")
    with process("leased", path):
        run("list", path, status="3", wall=10)


def changing(folder):
    """A file that is cut short while it is read: no SIGBUS, no wait."""
    path = os.path.join(folder, "changing")
    files.File().probes(files.many(20000)).write(path)
    with process("changing", path) as pid:
        for _ in range(20):
            run("list", "-p", str(pid), "p:*", status="0|1")


def ending():
    """Processes that end while they are looked at are no matter."""
    shell = "while :; do /bin/true & /bin/true; wait; done"
    child = subprocess.Popen(["/bin/sh", "-c", shell], stdin=subprocess.DEVNULL)
    try:
        for _ in range(20):
            run("list", "p:no_such_probe", status="1")
    finally:
        child.kill()
        child.wait()


def main():
    with tempfile.TemporaryDirectory(prefix="usdt-dyn-test.") as folder:
        many_files(folder)
        many_mappings(folder)
        leased(folder)
        changing(folder)
        ending()


if __name__ == "__main__":
    main()
