#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command whose output it reads when it is told: reader.py pipe|pty|socket COMMAND...

Words on stdin: full (wait until no more goes in), flags (of the file description), events (read
the rest and count), gone (close the reading end), int (SIGINT, and wait), wait. Each gives a line.
"""
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tty


def open_pair(kind):
    if kind == "pipe":
        return os.pipe()
    if kind == "pty":
        master, slave = os.openpty()
        tty.setraw(slave)
        return master, slave
    ends = socket.socketpair()
    return ends[0].detach(), ends[1].detach()


def count_written(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))


def wait_until_full(pid):
    """poll() is no help: a terminal or socket may take a little more than it says, or less."""
    before, since = count_written(pid), time.monotonic()
    while time.monotonic() - since < 0.3:
        time.sleep(0.01)
        now = count_written(pid)
        if now != before:
            before, since = now, time.monotonic()


def count_events(end):
    data = b""
    while True:
        try:
            more = os.read(end, 65536)
        except OSError:  # what a terminal gives when nobody has it open any more
            break
        if not more:
            break
        data += more
    numbers = [json.loads(line)["args"]["number"] for line in data.splitlines()]
    is_whole = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return f"{len(numbers)} events, {'none missing' if is_whole else 'some missing'}"


def main():
    reading, writing = open_pair(sys.argv[1])
    command = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=writing)
    print("started", command.pid, flush=True)
    for word in sys.stdin:
        word = word.strip()
        started = time.monotonic()
        if word == "full":
            wait_until_full(command.pid)
            print("full", flush=True)
        elif word == "flags":
            waits = not fcntl.fcntl(writing, fcntl.F_GETFL) & os.O_NONBLOCK
            print("waits" if waits else "does not wait", flush=True)
        elif word == "events":
            os.close(writing)
            print(count_events(reading), flush=True)
        elif word == "gone":
            os.close(reading)
            print("gone", flush=True)
        else:
            if word == "int":
                command.send_signal(signal.SIGINT)
            status = command.wait()
            print("ended", status, "after", round((time.monotonic() - started) * 1000), flush=True)


main()
