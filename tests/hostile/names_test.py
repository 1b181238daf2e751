#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Names are data: nothing of a probe, a file or an argument is obeyed by a terminal, a shell or a tracer.

names_test.py COMPLETION: the file with the completion for bash."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import files
from bounded import COMMAND, fail, process, run

TRACERS = ("bpftrace", "perf", "gdb", "tracefs", "bcc")
GOOD = re.compile(r".*[:_ ]p:(good|go-od\.2|operand_\d+)")
TEXT = [name.decode(errors="replace") for name in files.ODD_NAMES]


def bash(folder, script, *words):
    done = subprocess.run(["bash", "-c", script, "bash", *words], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    expect_unharmed(folder, script)
    return done.stdout


def expect_unharmed(folder, what):
    if os.path.exists(os.path.join(folder, "OWNED")):
        fail(f"obeyed: {what[:300]}")


def shown_names(path):
    """In JSON each name is what it is; in a table and on stderr it harms no terminal, which run() looks for."""
    run("list", path)
    shown, _ = run("list", path, "--json")
    probes = [json.loads(line) for line in shown.splitlines()]
    for name in TEXT:
        if not any(p["probe"] == name for p in probes) or not any(p["provider"] == name for p in probes):
            fail(f"--json does not have {name!r}")


def words_of_command(folder):
    """The same for what comes from the command line, where a wildcard of a shell finds names, too."""
    for name in files.ODD_NAMES:
        run("list", b"--" + name, status="2")
        run("list", b"-" + name, status="0|1|2")
        run("list", os.fsencode(folder) + b"/nowhere/" + name, status="1")
        run("list", "-p", name, status="2")
        run(b"x" + name, status="2")
        run("trace", "-p", "1", "--as", b"x" + name, status="2")


def specs_of_names(path, folder):
    """Only what each tracer takes as a name is told; of the rest there is a word."""
    for tracer in TRACERS:
        shown, said = run("list", path, "--spec", tracer)
        for line in shown.splitlines():
            if tracer != "tracefs" and not GOOD.fullmatch(line):
                fail(f"--spec {tracer} tells {line!r}")
        if said.count("can't be printed for") < 40:
            fail(f"--spec {tracer} does not say what it leaves out")
        paste(folder, tracer, shown)
        if tracer == "gdb":
            in_gdb(folder, shown)


def paste(folder, tracer, shown):
    """Into bash as it is and, but for perf's, which are commands, in quotes of either kind: the commands do nothing."""
    functions = "perf() { :; }\nbpftrace() { :; }\n"
    for line in shown.splitlines():
        bash(folder, functions + line)
        if tracer == "perf":
            continue
        bash(folder, f"{functions}bpftrace -e '{line} {{ }}'")
        bash(folder, f'{functions}bpftrace -e "{line} {{ }}"')


def specs_of_paths(folder, good):
    named = os.path.join(folder, "named")
    os.mkdir(named)
    with process("named", named, good) as pid:
        for form in ([], ["--json"]):
            run("list", "-p", str(pid), "p:*", *form)
        for tracer in TRACERS:
            shown, said = run("list", "-p", str(pid), "p:*", "--spec", tracer)
            paste(folder, tracer, shown)
            if tracer in ("bpftrace", "tracefs", "bcc") and "can't be printed for" not in said:
                fail(f"--spec {tracer}: not a word about the paths that are left out")
            if tracer == "bpftrace":
                in_bpftrace(folder, shown)
            elif tracer == "perf":
                in_perf(folder, shown)
            elif tracer == "tracefs":
                in_tracefs(shown)


def in_perf(folder, shown):
    """Pasted, each line gives perf the path of a file that is there."""
    for line in shown.splitlines():
        words = bash(folder, "perf() { printf '%s\\0' \"$@\"; }\n" + line).split(b"\0")[:-1]
        if words[:2] != [b"probe", b"-x"] or not os.path.isfile(words[2]) or words[3:] != [b"%sdt_p:n"]:
            fail(f"--spec perf {line!r} gives perf {words}")
    if not any("touch OWNED" in line for line in shown.splitlines()):
        fail("--spec perf tells no path that has to be quoted")


def in_bpftrace(folder, shown):
    """bpftrace itself takes all of them, in one program."""
    lines = shown.splitlines()
    if not any('"' in line for line in lines):
        fail("--spec bpftrace quotes nothing")
    if not shutil.which("bpftrace") or os.getuid() != 0:
        return
    done = subprocess.run(["timeout", "--foreground", "-s", "KILL", "60", "bpftrace", "-e",
                           ", ".join(lines) + ' { printf("fired\\n"); } BEGIN { printf("begun\\n"); exit(); }'],
                          cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if "begun" not in done.stdout or "OWNED" in done.stdout:
        fail(f"bpftrace does not take {lines}: {done.stdout} {done.stderr}")


def in_tracefs(shown):
    """The kernel takes all of them, as events of this test, and finds each file."""
    events = "/sys/kernel/tracing/uprobe_events"
    if not os.access(events, os.W_OK):
        return
    group = f"udyn_names_{os.getpid()}"

    def mine():
        with open(events, "rb") as source:
            return [line.split() for line in source if group.encode() in line]

    out = os.open(events, os.O_WRONLY | os.O_APPEND)
    try:
        for i, line in enumerate(shown.splitlines()):
            os.write(out, line.replace("p:p/n ", f"p:{group}/n{i} ", 1).encode() + b"\n")
        wanted = [line.split(" ")[1].split(":0x")[0].encode() for line in shown.splitlines()]
        if sorted(words[1].split(b":0x")[0] for words in mine()) != sorted(wanted):
            fail(f"the kernel has made other events: {mine()}")
    finally:
        for words in mine():
            os.write(out, b"-:" + words[0][2:] + b"\n")
        os.close(out)


def in_gdb(folder, shown):
    """gdb has read no such file, and says of each line which provider and name it took."""
    script = os.path.join(folder, "gdb.script")
    files.write(script, shown.encode())
    if not shutil.which("gdb"):
        return
    done = subprocess.run(["gdb", "-nx", "-batch", "-x", script], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    expect_unharmed(folder, shown)
    for line in shown.splitlines():
        provider, name = line.removeprefix("break -probe-stap ").split(":")
        if f"provider=`{provider}', name=`{name}'" not in done.stderr:
            fail(f"gdb does not take {line!r}: {done.stderr}")


def completion(folder, path, script):
    """TAB runs nothing."""
    with process("deleted", 1, path) as pid:
        found = bash(folder, '''PATH=${1%/*}:$PATH; source "$2"
COMP_WORDS=(usdt-dyn list -p "$3" p:g) COMP_CWORD=4; _usdt_dyn; printf '%s\\n' "${COMPREPLY[@]}"''',
                     COMMAND, script, str(pid))
        if found.split() != [b"p:go-od.2", b"p:good"]:
            fail(f"completion of p:g: {found}")


def traced(path):
    """trace says on stderr what it can't fetch, with the operand."""
    with process("deleted", 1, path) as pid:
        _, said = run("trace", "-p", str(pid), "p:*", "--duration", "0.1", status="0|3")
        if "OWNED" not in said and "cannot write to tracefs" not in said and "tracefs is not" not in said:
            fail(f"trace says nothing of the names: {said}")


def main():
    with tempfile.TemporaryDirectory(prefix="usdt-dyn-test.") as folder:
        good, odd = os.path.join(folder, "good"), os.path.join(folder, "odd")
        files.File().probes(files.note()).write(good)
        files.odd_names().write(odd)
        shown_names(odd)
        words_of_command(folder)
        specs_of_names(odd, folder)
        specs_of_paths(folder, good)
        completion(folder, odd, os.path.abspath(sys.argv[1]))
        traced(odd)


if __name__ == "__main__":
    main()
