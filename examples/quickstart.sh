#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a fresh Debian machine to live events of a live process: installs what is missing, builds,
# starts a program that creates probes, attaches bpftrace to it and shows what comes.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${USDT_DYN_BUILD_DIR:-$root/build/quickstart}
# shellcheck source=tests/need.sh
. "$root/tests/need.sh"

step() { printf '\n== %s\n' "$*"; }

step "Packages"
need_packages gcc libc6-dev make cmake libelf-dev bpftrace ||
    echo "Going on with what is there."

output=$(mktemp -d)
program=
finish() {
    if [ -n "$program" ]; then
        kill "$program" 2>/dev/null || true
        wait "$program" 2>/dev/null || true
    fi
    rm -rf "$output"
}
trap finish EXIT

step "Build"
if ! { cmake -S "$root" -B "$build" -DBUILD_TESTING=OFF &&
    cmake --build "$build" --parallel; } >"$output/build" 2>&1; then
    cat "$output/build"
    exit 1
fi
echo "built in $build"

step "A program that creates probes while it runs"
"$build/examples/job-queue" >"$output/program" &
program=$!
for _ in $(seq 100); do
    [ -s "$output/program" ] && break
    kill -0 "$program" || exit 1
    sleep 0.05
done
echo "examples/job-queue runs as process $program. Its image in memory:"
# The name of an image is that of its provider; this folder may have "usdt-dyn" in its name as well.
grep -m1 'jobs\..*\.so' "/proc/$program/maps"

if [ "$(id -u)" -ne 0 ]; then
    step "Not root: no tracer can attach. The probes that one would find"
    "$build/src/cli/usdt-dyn" list -p "$program"
    echo "To see their events, as root: $0"
    exit 0
fi
need_tracefs || true

step "bpftrace attaches: bpftrace -p $program examples/job-queue/events.bt"
timeout --foreground -s KILL 60 bpftrace -p "$program" "$root/examples/job-queue/events.bt" </dev/null

step "That was it. Next: README.md, and your own probes"
