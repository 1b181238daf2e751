#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the events of `usdt-dyn trace --json` as the tests have bpftrace print them: the probe's name and
its values. With a number only that many values."""
import json
import sys

most = int(sys.argv[1]) if len(sys.argv) > 1 else None
for line in sys.stdin:
    event = json.loads(line)
    values = list(event["args"].values())[:most]
    print(event["probe"], *("" if value is None else value for value in values))
