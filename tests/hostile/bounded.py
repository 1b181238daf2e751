# SPDX-License-Identifier: MIT
"""Runs the command within the bounds that hold for whatever it looks at: 2 seconds of processor time, 256 MiB."""
import contextlib
import json
import multiprocessing
import os
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile

COMMAND = os.path.join(os.environ["USDT_DYN_BUILD"], "src/cli/usdt-dyn")
SECONDS, MIB = 2, 256
WALL = 60  # seconds, whatever else the machine does

# C0 but for the end of a line, DEL, C1 as UTF-8 has them, and what turns the direction of a text around.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def fail(text):
    sys.exit("FAIL: " + text)


def start(words, out, err, descriptors):
    pid = os.fork()
    if pid == 0:
        # What has no bound must not take the machine along.
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        if descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, descriptors)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(os.open(out, os.O_WRONLY), 1)
        os.dup2(os.open(err, os.O_WRONLY), 2)
        os.execv(COMMAND, [COMMAND, *words])
    return pid


def measure(words, out, err, wall, descriptors):
    """Returns the exit status, or None if it had to be killed, seconds of processor time, and MiB."""
    pid = start(words, out, err, descriptors)
    poll = select.poll()
    fd = os.pidfd_open(pid)
    poll.register(fd, select.POLLIN)
    has_ended = poll.poll(wall * 1000)
    os.close(fd)
    if not has_ended:
        os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    return (os.waitstatus_to_exitcode(status) if has_ended else None, used.ru_utime + used.ru_stime,
            used.ru_maxrss / 1024)


# A child's memory counts from the fork on: it is forked by a process that stays small.
starter = multiprocessing.get_context("fork").Pool(1)


def take(file, what, words):
    file.seek(0)
    data = file.read()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        fail(f"{words}: {what} is no UTF-8: {error}")
    found = OBEYED.search(text)
    if found:
        fail(f"{words}: {found.group()!r} on {what}: {text[max(0, found.start() - 40):][:80]!r}")
    return text


def run(*words, status="0", wall=WALL, most_seconds=SECONDS, descriptors=None):
    """Returns stdout and stderr. Fails if a bound is broken, if the exit status is not the one (or, with a '|' between,
    one of those) that is wanted, and if an output has what a terminal obeys."""
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        code, seconds, mib = starter.apply(measure, (words, out.name, err.name, wall, descriptors))
        if code is None:
            fail(f"{words}: still running after {wall} s")
        shown, said = take(out, "stdout", words), take(err, "stderr", words)
    if str(code) not in status.split("|"):
        fail(f"{words}: exit status {code}, not {status}: {said[:300]}")
    if seconds >= most_seconds or mib >= MIB:
        fail(f"{words}: {seconds:.2f} s of processor time (below {most_seconds}), {mib:.0f} MiB (below {MIB})")
    shown_words = " ".join(os.path.basename(os.fsdecode(word)) for word in words)
    print(f"{seconds:5.2f} s {mib:4.0f} MiB  {shown_words[:100]!r}", flush=True)
    if "--json" in words:
        for line in shown.splitlines()[:5000]:
            json.loads(line)
    return shown, said


@contextlib.contextmanager
def process(*words):
    """Yields the id of a process of process.py that is ready, and ends it."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "process.py")
    child = subprocess.Popen([sys.executable, script, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if child.stdout.readline() != b"ready\n":
            fail(f"{words}: not ready")
        yield child.pid
    finally:
        child.kill()
        child.wait()
