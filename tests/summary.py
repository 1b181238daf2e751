#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""summary.py FOLDER...: what the runs of ctest in these build folders came to; each has left a results.xml.

Prints how long each run took, which tests took longest, which were skipped and why, which failed, and as the
last line "N passed, N failed, N skipped". Fails if a test did, or if a run left no results, as where it did not
build."""
import re
import sys
import xml.etree.ElementTree as ElementTree

counts = {"passed": 0, "failed": 0, "skipped": 0}
runs, seconds, skipped, failed = [], {}, [], []
for folder in sys.argv[1:]:
    run = folder.rstrip("/").rpartition("/")[2]
    try:
        results = ElementTree.parse(f"{folder}/results.xml").getroot()
    except (OSError, ElementTree.ParseError) as error:
        counts["failed"] += 1
        failed.append(f"{run}: no results: {error}")
        continue
    runs.append(f"{run}: {results.get('time')} s")
    for test in results.iter("testcase"):
        name = f"{run}: {test.get('name')}"
        seconds[name] = float(test.get("time"))
        left_out = test.find("skipped")
        if test.get("status") == "run":
            counts["passed"] += 1
        elif left_out is not None and left_out.get("message") == "SKIP_RETURN_CODE=77":
            counts["skipped"] += 1
            why = re.search(r"^SKIP: (.*)", test.findtext("system-out"), re.MULTILINE)
            skipped.append(f"{name}: {why[1] if why else 'it does not say why'}")
        else:
            counts["failed"] += 1
            why = left_out if left_out is not None else test.find("failure")
            failed.append(f"{name} {'' if why is None else why.get('message')}".rstrip())

longest = [f"{seconds[name]:5.1f} s  {name}" for name in sorted(seconds, key=seconds.get, reverse=True)[:10]]
for heading, lines in ("Runs", runs), ("Longest", longest), ("Skipped", skipped), ("Failed", failed):
    if lines:
        print(f"\n{heading}:", *lines, sep="\n  ")
print("\n" + ", ".join(f"{count} {what}" for what, count in counts.items()))
sys.exit(1 if failed else 0)
