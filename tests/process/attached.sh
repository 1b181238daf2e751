#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attached.sh BACKING: the program unloads, loads, closes its descriptors and frees while bpftrace is
# attached. Both go on, and the tracer leaves without harm.
source "$(dirname "$0")/../e2e/app.sh"
need root bpftrace

start_app app
new_provider app at "$1"
act app probe at p int64
act app load at
# shellcheck disable=SC2016 # the $ is bpftrace's
program='usdt::at:p { printf("%d\n", arg0); }'

# Unloaded while attached: the tracer stays, and later ones find nothing until it is loaded again.
attach trace app "$program" at p
expect app 'fired 1' fire at p 1
act app unload at
expect app 'fired 1' fire at p 2
act app load at
expect app 'fired 1' fire at p 3
wait_line trace '^3$'
stop trace
expect_equal 'events around an unload' $'1\n2\n3' "$(printed trace)"
expect app 0 semaphore at p

# Unloaded when the tracer leaves.
attach trace app "$program" at p
act app unload at
stop trace
expect app 0 semaphore at p
act app load at

# Freed while attached: the sites are gone from memory, the tracer ends as always.
act app provider gone "backing=$1"
act app probe gone p int64
act app load gone
attach trace app 'usdt::gone:p { printf("%d\n", arg0); }' gone p
expect app 'fired 1' fire gone p 4
act app free gone
stop trace
expect app 0 semaphore at p

# A child that has closed all its descriptors is traced on: the cure needs none.
act app path at
start_tracer trace bpftrace -e "usdt:$answer:at:p { printf(\"%d\\n\", arg0); }"
wait_attached trace app at p
wait_tracer trace
expect app 'fired 1' fire at p 5
act app fork fork 'close ; fire at p 6 ; semaphore at p'
expect app 'reaped with status 0' reap
wait_line trace '^6$'
# So is the process itself.
act app close
expect app 'fired 1' fire at p 7
wait_line trace '^7$'
stop trace
expect_equal 'events without descriptors' $'5\n6\n7' "$(printed trace)"
expect app 0 semaphore at p

# With the descriptors gone a new tracer finds a named file by its name, and a memfd not any more.
start_tracer list bpftrace -l 'usdt:*' -p "$(pid_of app)"
wait_end list || true
case $1 in
memfd) expect_equal 'found without descriptors' '' "$(grep :at:p "$(out_of list)" || true)" ;;
*) expect_match 'found without descriptors' ':at:p$' "$(cat "$(out_of list)")" ;;
esac
