#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""trace of a process with more probes than can be attached to, each with an argument at a symbol to be searched for."""
import os
import sys
import tempfile

import files
from bounded import fail, process, run

# The kernel takes 0.3 ms to attach to one, and as long to detach.
SECONDS = 10


def main():
    if os.getuid() != 0 or not os.access("/sys/kernel/tracing/uprobe_events", os.W_OK):
        print("SKIP: trace needs root and tracefs", file=sys.stderr)
        sys.exit(1 if os.environ.get("USDT_DYN_REQUIRE_TRACER") == "1" else 77)
    with tempfile.TemporaryDirectory(prefix="usdt-dyn-test.") as folder:
        path = os.path.join(folder, "symbols")
        files.symbols(60000).write(path)
        with process("deleted", 1, path) as pid:
            _, said = run("trace", "-p", str(pid), "--duration", "0.1", most_seconds=SECONDS)
        if "the others are left out" not in said:
            fail("not a word about what is left out")


if __name__ == "__main__":
    main()
