#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tells the strings in the output of `usdt-dyn trace`, JSON or text, one event a line: the probe, and of each
argument its length, a * behind it if it was cut. That the letters are the right ones is asserted."""
import json
import re
import sys

for line in sys.stdin:
    if line.startswith("{"):
        event = json.loads(line)
        name = event["provider"] + ":" + event["probe"]
        values = [(value, arg in event.get("cut", [])) for arg, value in event["args"].items()]
    else:
        name = line.split()[3]
        values = [(None if null else text, end == "…")
                  for null, text, end in re.findall(r'arg\d+=(?:(NULL)|"(.*?)"(…?))(?=[ \n])', line)]
    words = []
    for index, (value, is_cut) in enumerate(values):
        if value is None:
            words.append("NULL")
            continue
        shift = index if name.endswith(":two") else 0
        letters = "".join(chr(ord("a") + (i + shift) % 26) for i in range(len(value)))
        assert value in (letters, "a" * len(value), "ä" * len(value)), (line, value)
        words.append(str(len(value)) + "*" * is_cut)
    print(name, *words)
