#!/bin/bash
# SPDX-License-Identifier: MIT
# site.sh BACKING [SITE]: USDT_DYN_DETECT_SITE, where no semaphore is in the note and the probe is
# enabled while its site is not as it was.
source "$(dirname "$0")/app.sh"
need root bpftrace readelf

start_app app ${2:+USDT_DYN_SITE=$2}
new_provider app bare "$1" detect=site
act app probe bare p int64 string
act app load bare
expect app NULL semaphore bare p
act app path bare
read -r _ semaphore _ < <(note_of "$answer" bare p)
((semaphore == 0)) || fail "there is a semaphore in the note: $semaphore"

for turn in 1 2; do
    expect app 'fired 0' fire bare p 0 =unseen
    attach trace app 'usdt::bare:p { printf("%d %s\n", arg0, str(arg1)); }' bare p
    expect app 'fired 1' fire bare p $turn =first
    expect app 'fired 1' fire bare p $turn untouched=second # the kernel has changed the site by now
    wait_line trace ' second$'
    stop trace
    expect_equal 'events' "$turn first
$turn second" "$(printed trace)"
    act app await bare p 0
done
