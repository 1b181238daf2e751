#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""coverage.py BUILD SOURCE: the table of docs/coverage.md, from the counts that the tests left
below BUILD; read with gcov (its JSON is described in gcov(1), --json-format)."""
import json
import os
import subprocess
import sys
from collections import defaultdict

EMULATED = "the tests of `tests/arch` run it, in an emulator, where nothing is counted"
REASONS = {
    "src/arch/ppc64le.c": EMULATED,
    "src/arch/s390x.c": EMULATED,
    "src/cli/doctor/tracers.c: tell_stap": "needs SystemTap",
    "src/image/content.c: widen": f"of s390x alone: {EMULATED}",
    "src/read/elf_file.c: no_memory": "needs a malloc() that fails; the library's calls fail in turn in `tests/fault`, "
                                      "the command's do not",
}


def read_counts(build, source):
    """By file of src: {line: count}, {(line, n): count of a branch}, {function: count}. What
    several objects have, as from a header, is added up."""
    notes = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(build, "src"))
             for name in names if name.endswith(".gcno")]
    out = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", *notes],
                         check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    lines, branches, functions = (defaultdict(lambda: defaultdict(int)) for _ in range(3))
    for document in out.splitlines():
        for file in json.loads(document)["files"]:
            path = os.path.relpath(os.path.join(source, file["file"]), source)
            if not path.startswith("src/"):
                continue
            for line in file["lines"]:
                lines[path][line["line_number"]] += line["count"]
                for n, branch in enumerate(line["branches"]):
                    branches[path][line["line_number"], n] += branch["count"]
            for function in file["functions"]:
                functions[path][function["name"]] += function["execution_count"]
    return lines, branches, functions


def share(counts):
    """"97 % of 120" of all counts in these dictionaries are not zero."""
    values = [value for counted in counts for value in counted.values()]
    if not values:
        return "–"
    reached = sum(value > 0 for value in values)
    return f"{100 * reached // len(values)} % of {len(values)}"


def main():
    build, source = (os.path.realpath(path) for path in sys.argv[1:3])
    counted = read_counts(build, source)
    paths = sorted(counted[0])
    folders = defaultdict(list)
    for path in paths:
        folders[os.path.dirname(path)].append(path)

    def row(name, members):
        cells = (share([kind[path] for path in members]) for kind in counted)
        print(f"| {name} | {' | '.join(cells)} |")

    print("| | lines | branches | functions |\n|---|---|---|---|")
    row("**`src`**", paths)
    for folder, members in sorted(folders.items()):
        row(f"**`{folder}`**", members)
        for path in members:
            row(f"`{os.path.basename(path)}`", [path])
    never = [(path, name) for path in paths for name, count in sorted(counted[2][path].items()) if count == 0]
    print("\nFunctions that none of them reaches:\n" if never else "\nEvery function is reached.")
    for path, name in never:
        reason = REASONS.get(path) or REASONS.get(f"{path}: {name}")
        print(f"- `{path}`: `{name}`{' – ' + reason if reason else ''}")


main()
