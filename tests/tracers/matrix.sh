#!/bin/bash
# SPDX-License-Identifier: MIT
#
#   matrix.sh [SUITE=FOLDER]...
#
# Tries the tracers of Debian 12, 13 and testing on one process, and writes the table of
# docs/tracers.md. The chroots are made below /var/tmp/usdt-dyn-tracers, or taken from FOLDER. Needs
# root, debootstrap, clang, libbpf-dev and a network, and takes some minutes. The kernel is the
# running one for all of them.
here=$(cd "$(dirname "$0")" && pwd)
export USDT_DYN_SOURCE=${here%/tests/tracers}
export USDT_DYN_BUILD=${USDT_DYN_BUILD:-$USDT_DYN_SOURCE/build}
# shellcheck source=tests/e2e/lib.sh
source "$here/../e2e/lib.sh"
# shellcheck source=tests/tracers/chroot.sh
source "$here/chroot.sh"
# shellcheck source=tests/tracers/rows.sh
source "$here/rows.sh"

tracers=(bpftrace bcc gdb perf libbpf stap readelf eu_readelf)
columns=(default memfd shared wildcards providers semaphore strings twelve system child)
page=$USDT_DYN_SOURCE/docs/tracers.md
declare -A roots=([bookworm]='' [trixie]='' [forky]='')

# Names of this run alone: perf's events belong to the whole machine.
shop=shop_$$ depot=depot_$$ memory=memory_$$ common=common_$$

end_run() {
    end_all
    leave_chroots
}
trap 'status=$?; end_run; (exit $status); clean_up' EXIT

# The loader runs with the libbpf of each release; the BPF program has parts of it compiled in, so it
# takes that release's headers.
build_usdt_attach() { # ROOT
    local folder=$USDT_DYN_BUILD/tracers
    mkdir -p "$folder/include"
    ln -sfn "$1/usr/include/bpf" "$folder/include/bpf"
    clang -target bpf -D__TARGET_ARCH_x86 -O2 -g -I"$folder/include" \
        -I"/usr/include/$(uname -m)-linux-gnu" -c "$here/usdt_attach.bpf.c" -o "$folder/usdt_attach.bpf.o"
    cc -O2 "$here/usdt_attach.c" -o "$folder/usdt_attach" -lbpf
}

start_app() { # NAME
    start "$1" "${in[@]}" "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
    wait_line "$1" '^ok ready'
}

place_of() { # PROVIDER
    local answer
    answer=$(ask app "path $1" '^ok')
    echo "${answer#ok }"
}

make_probes() {
    local numbers=(int64 int64 int64 int64 int64 int64 int64 int64 int64 int64 int64 int64)
    ask app "provider $shop" '^ok'
    ask app "probe $shop paid int64 string" '^ok'
    ask app "probe $shop twelve ${numbers[*]}" '^ok'
    ask app "load $shop" '^ok'
    ask app "provider $depot" '^ok'
    ask app "probe $depot paid int64 string" '^ok'
    ask app "load $depot" '^ok'
    ask app "provider $memory backing=memfd" '^ok'
    ask app "probe $memory one int64 string" '^ok'
    ask app "load $memory" '^ok'
    ask app "provider $common backing=shared" '^ok'
    ask app "probe $common one int64 string" '^ok'
    ask app "load $common" '^ok'
} >/dev/null

# shellcheck disable=SC2034 # rows.sh reads them
start_process() {
    start_app app
    pid=$(pid_of app)
    make_probes
    place_shop=$(place_of "$shop") place_depot=$(place_of "$depot")
    place_memory=$(place_of "$memory") place_common=$(place_of "$common")
}

print_row() {
    local column line="| $title |"
    for column in "${columns[@]}"; do
        line+=" ${cell[$column]:-no} |"
    done
    echo "$line" | tee -a "$work/table"
}

try_suite() { # SUITE
    local root=${roots[$1]:-/var/tmp/usdt-dyn-tracers/$1} tracer release
    mkdir -p "$root"
    make_chroot "$1" "$root"
    build_usdt_attach "$root"
    in=(chroot "$root")
    release=$(sed -n 's/^PRETTY_NAME="Debian GNU.Linux \(.*\)"/Debian \1/p' "$root/etc/os-release")
    for tracer in "${tracers[@]}"; do
        start_process
        cell=() title=$tracer
        "row_$tracer"
        title="$title, $release"
        print_row
        stop app TERM
    done
}

# Puts the table between the two markers of the page.
write_page() {
    awk -v table="$work/page" '
        /<!-- end of matrix -->/ { inside = 0 }
        !inside
        /<!-- matrix -->/ { inside = 1; while ((getline line < table) > 0) print line }
    ' "$page" >"$work/new_page"
    cat "$work/new_page" >"$page"
}

need root tracefs debootstrap clang
for argument in "$@"; do
    [[ -n ${roots[${argument%%=*}]+known} && $argument == *=* ]] || fail "usage: matrix.sh [SUITE=FOLDER]..."
    roots[${argument%%=*}]=${argument#*=}
done
: >"$work/table"
for suite in bookworm trixie forky; do
    try_suite "$suite"
done
{
    echo
    echo "Linux $(uname -r | grep -o '^[0-9.]*') on $(uname -m), $(date -u +%F)."
    echo
    echo '| tracer | default | memfd | shared file | wildcards | same name in two providers | semaphore | strings | 12 arguments | system-wide | forked child |'
    echo '|---|---|---|---|---|---|---|---|---|---|---|'
    cat "$work/table"
    echo
} >"$work/page"
write_page
