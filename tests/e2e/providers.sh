#!/bin/bash
# SPDX-License-Identifier: MIT
# providers.sh BACKING: two providers with a probe of the same name do not shadow each other; they
# are attached to one at a time, together, by wildcards, again, and by two tracers at once.
source "$(dirname "$0")/app.sh"
need root bpftrace

start_app app
for module in module_a module_b; do
    new_provider app $module "$1"
    act app probe $module show int64
    act app probe $module hide
    act app load $module
done

# shellcheck disable=SC2016 # the $ is bpftrace's
show='{ printf("%s %d\n", probe, arg0); }'

# fire_both FIRED-A FIRED-B NUMBER: which of the two was enabled.
fire_both() {
    expect app "fired $1" fire module_a show "$3"
    expect app "fired $2" fire module_b show "$3"
}

# What the tracer printed, with the path of the image cut out of bpftrace's probe names.
shown() {
    printed "$1" | sed -E 's/^usdt:.*:(module_.:[a-z]+)/\1/' | sort
}

# One at a time; the other one sees nothing of it. The first is attached to again at the end.
for turn in 'module_a 1 0 11' 'module_b 0 1 12' 'module_a 1 0 13'; do
    read -r module a b number <<<"$turn"
    attach trace app "usdt::$module:show $show" "$module" show
    fire_both "$a" "$b" "$number"
    wait_line trace " $number\$"
    stop trace
    expect_equal "$module alone" "$module:show $number" "$(shown trace)"
    expect app 0 semaphore module_a show
    expect app 0 semaphore module_b show
done

# Together, and by wildcards over path, provider and probe: hide has no argument and is its own.
attach trace app "usdt::module_a:show $show usdt::module_b:show $show" module_a show
wait_attached trace app module_b show
fire_both 1 1 21
wait_line trace 'module_b:show 21$'
stop trace
expect_equal 'both by name' $'module_a:show 21\nmodule_b:show 21' "$(shown trace)"

attach trace app "usdt:*:module_*:sh* $show" module_a show
wait_attached trace app module_b show
expect app 0 enabled module_a hide
fire_both 1 1 22
wait_line trace 'module_b:show 22$'
stop trace
expect_equal 'both by wildcards' $'module_a:show 22\nmodule_b:show 22' "$(shown trace)"

attach trace app 'usdt:*:module_b:* { printf("%s\n", probe); }' module_b show hide
fire_both 0 1 23
expect app 'fired 1' fire module_b hide
wait_line trace 'module_b:hide$'
stop trace
expect_equal 'all of one' $'module_b:hide\nmodule_b:show' "$(shown trace)"

# Two tracers at once: the one that leaves does not disable the other.
attach first app "usdt::module_a:show $show" module_a show
attach second app "usdt::module_a:* { printf(\"%s\\n\", probe); }" module_a hide
fire_both 1 0 31
wait_line first ' 31$'
stop first
fire_both 1 0 32
expect app 'fired 1' fire module_a hide
wait_line second 'hide$'
stop second
expect_equal 'the first tracer' 'module_a:show 31' "$(shown first)"
expect_equal 'the second tracer' $'module_a:hide\nmodule_a:show\nmodule_a:show' "$(shown second)"
fire_both 0 0 33
