#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""trace of a process with more probes than can be attached to, each with an argument at a symbol to be searched for."""
import os
import resource
import sys
import tempfile

import files
from bounded import fail, process, run

# Most of it is the kernel's, which takes some 0.3 ms a site.
SECONDS = 15


def main():
    if os.getuid() != 0 or not os.access("/sys/kernel/tracing/uprobe_events", os.W_OK):
        print("SKIP: trace needs root and tracefs", file=sys.stderr)
        sys.exit(1 if os.environ.get("USDT_DYN_REQUIRE_TRACER") == "1" else 77)
    with tempfile.TemporaryDirectory(prefix="usdt-dyn-test.") as folder:
        path = os.path.join(folder, "symbols")
        files.symbols(60000).write(path)
        with process("deleted", 1, path) as pid:
            _, said = run("trace", "-p", str(pid), "p:*", "--duration", "0.1", most_seconds=SECONDS)
        if "the others are left out" not in said:
            fail("not a word about what is left out")
        few_descriptors(folder)


def few_descriptors(folder):
    """1,000 files with probes, for each of which trace has one open."""
    path = os.path.join(folder, "good")
    files.File().probes(files.note()).write(path)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < 2100:
        return
    with process("deleted", 1000, path) as pid:
        for limit, wanted in (((256, hard), " 1000 sites"), ((256, 256), "files are left out")):
            _, said = run("trace", "-p", str(pid), "p:*", "--duration", "0.1", descriptors=limit)
            if wanted not in said:
                fail(f"with {limit} descriptors: {said}")


if __name__ == "__main__":
    main()
