#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever a file holds, `list` ends within its bounds and with a sensible status: each by itself, and all together."""
import os
import tempfile

import files
from bounded import fail, run


def main():
    with tempfile.TemporaryDirectory(prefix="usdt-dyn-test.") as folder:
        made = files.make_all(folder)
        if len(made) < 37:
            fail(f"only {len(made)} kinds of files")
        for path, status in made:
            for form in ([], ["--json"]):
                _, said = run("list", path, *form, status=status)
                if status != "0" and not said:
                    fail(f"{path}: not a word")
        paths = [path for path, _ in made]
        for words in ([], ["--json"], ["--spec", "tracefs"], ["no*such*probe:*x*y*z*"]):
            run("list", *paths, *words, status="1")
        hide_nothing(folder, paths)


def hide_nothing(folder, paths):
    """Behind files that cost all there is, a good one is still read."""
    bomb = os.path.join(folder, "1000_sections_of_100000_notes")
    for i in range(60):
        copy = f"{bomb}_{i}"
        os.link(bomb, copy)  # the same file: read once, shown each time
        paths.append(copy)
    shown, said = run("list", *paths, os.path.join(folder, "good"), status="1")
    if "/good\n" not in shown or "more probes than are shown" not in said:
        fail("a good file is hidden by big ones, or what is left out is not told")


if __name__ == "__main__":
    main()
