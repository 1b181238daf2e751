# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# One function a tracer: tries it on the process that matrix.sh has started, and fills in its row.
# A cell is "yes", "no", "by path" (where -p does not find it), or "-" where the tracer has no such
# thing. $in is the command that enters the chroot, $pid the process, $place_* the images.
# shellcheck disable=SC2016,SC2154 # the $ is a tracer's; matrix.sh sets the variables

declare -A cell=()

is_up() { # PROVIDER PROBE
    [[ $(ask app "enabled $1 $2" '^') == 'ok 1' ]]
}

is_up_or_over() { # PROVIDER PROBE TRACER
    has_ended "$3" || is_up "$1" "$2"
}

# attach PROVIDER PROBE COMMAND...: starts the tracer t, and succeeds when the probe is enabled.
attach() {
    local provider=$1 probe=$2
    shift 2
    start_tracer t "${in[@]}" "$@"
    wait_for 80 is_up_or_over "$provider" "$probe" t # no answer is not the answer "no"
    is_up "$provider" "$probe"
}

detach() {
    has_ended t || stop t
}

fire() { # PROVIDER PROBE VALUE...
    ask app "fire $*" '^' >/dev/null
}

# saw REGEX: does the tracer print such a line?
saw() {
    try_for 20 line_matches t "$1" 1
}

fire_and_look() { # REGEX PROVIDER PROBE VALUE...
    fire "${@:2}"
    line_matches t "$1" 1
}

# The same, for the first hits: a semaphore goes up a moment before the tracer's program is attached, so these
# are fired until one is seen.
saw_first() { # REGEX PROVIDER PROBE VALUE...
    try_for 20 fire_and_look "$@"
}

answer() { # COMMAND...: "yes" or "no"
    if "$@"; then echo yes; else echo no; fi
}

# Attaches with the command, fires the probe with 7, and looks for "got 7".
sees_a_hit() { # PROVIDER PROBE COMMAND...
    local seen=1
    if attach "$@"; then
        if saw_first '^got 7' "$1" "$2" 7 =bread; then seen=0; fi
    fi
    detach
    return $seen
}

# sees_in PROVIDER COMMAND-WITH-PID COMMAND-WITH-PATH: commands as strings
sees_in() {
    local -a by_pid by_path
    read -ra by_pid <<<"$2"
    read -ra by_path <<<"$3"
    if sees_a_hit "$1" one "${by_pid[@]}" -e "$script_pid"; then
        echo yes
    elif sees_a_hit "$1" one "${by_path[@]}" -e "$script_path"; then
        echo 'by path'
    else
        echo no
    fi
}

# ---- bpftrace ---------------------------------------------------------------------------------

row_bpftrace() {
    local semaphore
    title="bpftrace $("${in[@]}" bpftrace --version | grep -o '[0-9.]*' | head -1)"

    cell[default]=no cell[semaphore]=no cell[strings]=no cell[providers]=no
    if attach "$shop" paid bpftrace -p "$pid" -e \
        "usdt::$shop:paid { printf(\"got %d %s\\n\", arg0, str(arg1)); }"; then
        cell[default]=$(answer saw_first '^got 7' "$shop" paid 7 =bread)
        cell[strings]=$(answer saw '^got 7 bread$')
        fire "$depot" paid 8 =milk
        fire "$shop" paid 9 =salt
        saw '^got 9' || true
        cell[providers]=$(answer not_seen '^got 8')
        semaphore=$(ask app "semaphore $shop paid" '^')
        detach
        cell[semaphore]="$semaphore to $(ask app "semaphore $shop paid" '^')"
        cell[semaphore]=$(answer test "${cell[semaphore]}" = 'ok 1 to ok 0')
    fi
    detach
    script_pid="usdt::$memory:one { printf(\"got %d\\n\", arg0); }"
    script_path="usdt:$place_memory:$memory:one { printf(\"got %d\\n\", arg0); }"
    cell[memfd]=$(sees_in "$memory" "bpftrace -p $pid" bpftrace)
    script_pid="usdt::$common:one { printf(\"got %d\\n\", arg0); }"
    script_path="usdt:$place_common:$common:one { printf(\"got %d\\n\", arg0); }"
    cell[shared]=$(sees_in "$common" "bpftrace -p $pid" bpftrace)

    cell[wildcards]=$(answer sees_a_hit "$shop" paid bpftrace -p "$pid" -e \
        "usdt:*:${shop%?}*:pa* { printf(\"got %d\\n\", arg0); }")
    cell[twelve]=no
    if attach "$shop" twelve bpftrace -p "$pid" -e \
        "usdt::$shop:twelve { printf(\"got %d\\n\", arg11); }"; then
        cell[twelve]=$(answer saw_first '^got 12' "$shop" twelve 1 2 3 4 5 6 7 8 9 10 11 12)
    fi
    detach
    everywhere bpftrace -e "usdt:$place_common:$common:one { printf(\"got %d\\n\", arg0); }"
}

not_seen() {
    ! line_matches t "$1" 1
}

# A process that came later, and a child that was forked while the tracer was attached.
fire_everywhere() {
    start_app later
    ask later "provider $common backing=shared" '^ok' >/dev/null
    ask later "probe $common one int64 string" '^ok' >/dev/null
    ask later "load $common" '^ok' >/dev/null
    ask later "fire $common one 21 =x" '^' >/dev/null
    stop later TERM
    ask app "fire $common one 22 =x" '^' >/dev/null
    ask app "fork fork fire $common one 23 =x" '^child' >/dev/null
    ask app reap '^' >/dev/null
}

# COMMAND traces the probe in the shared file, in no process in particular.
everywhere() {
    cell[system]=no cell[child]=no
    if attach "$common" one "$@" && saw_first '^got 20' "$common" one 20 =x; then
        fire_everywhere
        cell[system]=$(answer saw '^got 21')
        cell[child]=$(answer saw '^got 23')
    fi
    detach
}

# ---- libbpf -----------------------------------------------------------------------------------

row_libbpf() {
    local tool=("$USDT_DYN_BUILD/tracers/usdt_attach")
    title="libbpf $("${in[@]}" "${tool[@]}" --version), bpf_program__attach_usdt()"
    tool+=("$USDT_DYN_BUILD/tracers/usdt_attach.bpf.o")

    cell[default]=no cell[semaphore]=no cell[strings]=no cell[providers]=no
    if attach "$shop" paid "${tool[@]}" "$pid" "$place_shop" "$shop" paid; then
        cell[default]=$(answer saw_first '^got 7 ' "$shop" paid 7 =bread)
        cell[strings]=$(answer saw '^got 7 bread ')
        fire "$depot" paid 8 =milk
        fire "$shop" paid 9 =salt
        saw '^got 9' || true
        cell[providers]=$(answer not_seen '^got 8')
        cell[semaphore]=$(answer is_up "$shop" paid)
        detach
        if is_up "$shop" paid; then cell[semaphore]=no; fi
    fi
    detach
    cell[wildcards]='-'
    cell[memfd]=$(answer sees_a_hit "$memory" one "${tool[@]}" "$pid" "$place_memory" "$memory" one)
    cell[shared]=$(answer sees_a_hit "$common" one "${tool[@]}" "$pid" "$place_common" "$common" one)
    cell[twelve]=no
    if attach "$shop" twelve "${tool[@]}" "$pid" "$place_shop" "$shop" twelve; then
        cell[twelve]=$(answer saw_first '^got 1 .*12$' "$shop" twelve 1 2 3 4 5 6 7 8 9 10 11 12)
    fi
    detach
    everywhere "${tool[@]}" -1 "$place_common" "$common" one
}

# ---- gdb --------------------------------------------------------------------------------------

# gdb_on PROVIDER PROBE [COMMAND]: attaches, waits for the probe and says what it had.
gdb_on() {
    attach "$1" "$2" gdb -nx -batch -p "$pid" -ex 'set pagination off' -ex "${3:-set confirm off}" \
        -ex "break -probe-stap $1:$2" -ex continue \
        -ex 'printf "got %ld\n", $_probe_arg0' -ex 'printf "text %s\n", (char *)$_probe_arg1' \
        -ex 'printf "last %ld\n", $_probe_arg11' -ex 'delete' -ex 'detach'
}

gdb_sees() { # PROVIDER PROBE
    local seen=1
    if gdb_on "$@"; then
        fire "$1" "$2" 7 =bread
        if saw '^got 7$'; then seen=0; fi
    fi
    detach
    return $seen
}

row_gdb() {
    title=$("${in[@]}" gdb --version | sed -n '1s/.* \([0-9.]*\)$/gdb \1/p')
    cell[default]=no cell[strings]=no cell[providers]=no cell[semaphore]=no
    if gdb_on "$shop" paid; then
        cell[semaphore]=yes
        fire "$depot" paid 8 =milk
        fire "$shop" paid 7 =bread
        cell[default]=$(answer saw '^got 7$')
        cell[strings]=$(answer saw '^text bread$')
        cell[providers]=${cell[default]}
        detach
        if is_up "$shop" paid; then cell[semaphore]=no; fi
    fi
    detach
    cell[memfd]=$(answer gdb_sees "$memory" one)
    cell[shared]=$(answer gdb_sees "$common" one)
    cell[twelve]=no
    if gdb_on "$shop" twelve; then
        fire "$shop" twelve 1 2 3 4 5 6 7 8 9 10 11 12
        cell[twelve]=$(answer saw 'last 12$')
    fi
    detach
    cell[child]=no
    if gdb_on "$shop" paid 'set follow-fork-mode child'; then
        ask app "fork fork fire $shop paid 23 =x" '^' >/dev/null
        cell[child]=$(answer saw '^got 23$')
        detach
        ask app reap '^' >/dev/null
    fi
    detach
    cell[wildcards]=$(answer lists 2 "stap .*$shop .*(paid|twelve)" \
        gdb -nx -batch -p "$pid" -ex "info probes stap ^${shop%?} .*")
    cell[system]='-'
}

# lists COUNT REGEX COMMAND...: does it print so many lines that match?
lists() {
    local count=$1 regex=$2
    shift 2
    run_tracer l "${in[@]}" "$@" || true
    (($(grep -Ec -- "$regex" "$(out_of l)") == count))
}

# ---- bcc --------------------------------------------------------------------------------------

row_bcc() {
    title="bcc $("${in[@]}" dpkg-query -W -f '${Version}' bpfcc-tools | sed 's/+.*//'), tplist"
    cell[default]=$(answer lists 1 "$shop.*:.*paid" tplist-bpfcc -p "$pid")
    cell[memfd]=$(answer lists 1 "$memory.*:.*one" tplist-bpfcc -p "$pid")
    cell[shared]=$(answer lists 1 "$common.*:.*one" tplist-bpfcc -p "$pid")
    cell[wildcards]=$(answer lists 2 "$shop.*:.*(paid|twelve)" tplist-bpfcc -p "$pid" "${shop%?}?:*")
    cell[providers]=$(answer lists 2 "($shop|$depot).*:.*paid" tplist-bpfcc -p "$pid")
    cell[twelve]=$(answer lists 1 'argument #12' tplist-bpfcc -vv -p "$pid" "$shop:twelve")
    cell[semaphore]='-' cell[strings]='-' cell[system]='-' cell[child]='-'
}

# ---- perf -------------------------------------------------------------------------------------

perf=(perf)

# perf_on PROVIDER PROBE PLACE RECORD-OPTION...
perf_on() {
    local provider=$1 probe=$2 place=$3
    shift 3
    rm -rf "$USDT_DYN_BUILD/tracers/perf"
    mkdir -p "$USDT_DYN_BUILD/tracers/perf"
    run_tracer l "${in[@]}" "${perf[@]}" buildid-cache --add "$place" || return 1
    run_tracer l "${in[@]}" "${perf[@]}" probe --add "sdt_$provider:$probe" || return 1
    attach "$provider" "$probe" perf record -q -o "$USDT_DYN_BUILD/tracers/perf/data" \
        -e "sdt_$provider:$probe" "$@" || return 1
    wait_for 80 is_waiting_or_ended t # it keeps events a moment after the semaphore is up, and shows none
}

# Ends the recording, and leaves what it has as the output of "l".
perf_off() { # PROVIDER
    detach
    run_tracer l "${in[@]}" perf script -i "$USDT_DYN_BUILD/tracers/perf/data" -F trace || true
    cp "$(out_of l)" "$work/seen"
    run_tracer l "${in[@]}" "${perf[@]}" probe -q -d "sdt_$1:*" || true
}

perf_saw() { # REGEX
    grep -Eq -- "$1" "$work/seen"
}

perf_sees() { # PROVIDER PROBE PLACE
    local seen=1
    : >"$work/seen"
    if perf_on "$@" -p "$pid"; then
        fire "$1" "$2" 7 =bread
        perf_off "$1"
        if perf_saw 'arg1=7 '; then seen=0; fi
    fi
    return $seen
}

row_perf() {
    perf=(perf --buildid-dir "$USDT_DYN_BUILD/tracers/perf/ids")
    title="perf $("${in[@]}" perf --version | sed 's/perf version //')"
    cell[default]=no cell[semaphore]=no cell[strings]=no cell[providers]=no
    if perf_on "$shop" paid "$place_shop" -p "$pid"; then
        fire "$shop" paid 7 =bread
        fire "$depot" paid 8 =milk
        cell[semaphore]=$(answer is_up "$shop" paid)
        perf_off "$shop"
        cell[default]=$(answer perf_saw 'arg1=7 ')
        cell[strings]=$(answer perf_saw bread)
        cell[providers]=$(answer not_in_perf 'arg1=8 ')
        if is_up "$shop" paid; then cell[semaphore]=no; fi
    fi
    cell[memfd]=$(answer perf_sees "$memory" one "$place_memory")
    cell[shared]=$(answer perf_sees "$common" one "$place_common")
    cell[twelve]=no
    if perf_on "$shop" twelve "$place_shop" -p "$pid"; then
        fire "$shop" twelve 1 2 3 4 5 6 7 8 9 10 11 12
        perf_off "$shop"
        cell[twelve]=$(answer perf_saw 'arg12=12')
    fi
    perf_wildcards
    perf_everywhere
}

not_in_perf() {
    ! perf_saw "$1"
}

perf_wildcards() {
    run_tracer l "${in[@]}" "${perf[@]}" buildid-cache --add "$place_shop" || true
    run_tracer l "${in[@]}" "${perf[@]}" probe --add "sdt_$shop:*" || true
    cell[wildcards]=$(answer lists 2 "sdt_$shop:(paid|twelve)" "${perf[@]}" probe -l "sdt_$shop:*")
    run_tracer l "${in[@]}" "${perf[@]}" probe -q -d "sdt_$shop:*" || true
}

perf_everywhere() {
    cell[system]=no cell[child]=no
    if perf_on "$common" one "$place_common" -a; then
        fire "$common" one 20 =x
        fire_everywhere
        perf_off "$common"
        cell[system]=$(answer perf_saw 'arg1=21 ')
        cell[child]=$(answer perf_saw 'arg1=23 ')
    fi
}

# ---- SystemTap, readelf -----------------------------------------------------------------------

stap_lists() { # COUNT PLACE PROVIDER PROBE [REGEX]
    lists "$1" "mark\\(\"(paid|one|twelve)\"\\)${5:-}" \
        stap -r "$USDT_DYN_BUILD/tracers/kernel" -L "process(\"$2\").provider(\"$3\").mark(\"$4\")"
}

# All that it wants of a kernel's build tree to list probes: which kernel, and that it has uprobes.
make_kernel_tree() {
    local tree=$USDT_DYN_BUILD/tracers/kernel
    mkdir -p "$tree/include/config"
    uname -r >"$tree/include/config/kernel.release"
    : >"$tree/Module.symvers"
    zcat /proc/config.gz >"$tree/.config" || cat "/boot/config-$(uname -r)" >"$tree/.config"
}

row_stap() {
    make_kernel_tree
    title=$("${in[@]}" stap --version 2>&1 | sed -n 's/.*(version \([0-9.]*\).*/SystemTap \1, stap -L/p')
    cell[default]=$(answer stap_lists 1 "$place_shop" "$shop" paid)
    cell[memfd]=$(answer stap_lists 1 "$place_memory" "$memory" one)
    cell[shared]=$(answer stap_lists 1 "$place_common" "$common" one)
    cell[wildcards]=$(answer stap_lists 2 "$place_shop" "${shop%?}*" '*')
    cell[providers]=$(answer stap_lists 1 "$place_depot" "$depot" paid)
    cell[twelve]=$(answer stap_lists 1 "$place_shop" "$shop" twelve '.*\$arg12')
    cell[semaphore]='-' cell[strings]='-' cell[system]='-' cell[child]='-'
}

row_readelf() {
    title=$("${in[@]}" readelf --version | sed -n '1s/.* \([0-9.]*\)$/readelf \1/p')
    elf_cells readelf
}

row_eu_readelf() {
    # shellcheck disable=SC2034 # matrix.sh reads it
    title=$("${in[@]}" eu-readelf --version | sed -n '1s/.* \([0-9.]*\)$/eu-readelf \1/p')
    elf_cells eu-readelf
}

elf_cells() { # COMMAND
    cell[default]=$(answer lists 1 "Name: paid|$shop, Name: paid" "$1" -n "$place_shop")
    cell[memfd]=$(answer lists 1 "Name: one" "$1" -n "$place_memory")
    cell[shared]=$(answer lists 1 "Name: one" "$1" -n "$place_common")
    cell[providers]=$(answer lists 1 "Name: paid" "$1" -n "$place_depot")
    cell[twelve]=$(answer lists 1 'Arg[a-z]*:.* -8@48\(%rsp\)' "$1" -n "$place_shop")
    cell[wildcards]='-' cell[semaphore]='-' cell[strings]='-' cell[system]='-' cell[child]='-'
}
