#!/bin/bash
# SPDX-License-Identifier: MIT
# twelve.sh BACKING: all twelve arguments, and a string of 200 bytes, read without any tracer, by
# uprobe events in tracefs, and by gdb. The places of the arguments are those that readelf finds in
# the image.
source "$(dirname "$0")/app.sh"
need root tracefs readelf gdb
[[ $(uname -m) == x86_64 ]] || skip 'the operands are translated for x86-64 alone'

types=(int8 uint8 int16 uint16 int32 uint32 int64 uint64 pointer double int8 string)
values=(-128 255 -32768 65535 -2147483648 4294967295 -9223372036854775808 18446744073709551615
    0x7ffff0001000 -0.5 -1 x200)

# operand_to_fetch OPERAND TYPE: "-4@%esi" becomes "%si:s32", "8@16(%rsp)" "+16(%sp):u64".
operand_to_fetch() {
    local size=${1%@*} place=${1#*@} register offset='' type
    [[ $size == -* ]] && type=s$((-8 * size)) || type=u$((8 * size))
    if [[ $place == *'('* ]]; then
        offset=+${place%%(*}
        place=${place#*(}
        place=${place%)}
    fi
    case $place in
    %rsp) register=%sp ;;
    %rdi | %edi | %di | %dil) register=%di ;;
    %rsi | %esi | %si | %sil) register=%si ;;
    %rdx | %edx | %dx | %dl) register=%dx ;;
    %rcx | %ecx | %cx | %cl) register=%cx ;;
    %r8 | %r8d | %r8w | %r8b) register=%r8 ;;
    %r9 | %r9d | %r9w | %r9b) register=%r9 ;;
    *) fail "what is the operand $1" ;;
    esac
    if [[ $2 == string ]]; then
        echo "+0($offset${offset:+(}$register${offset:+)}):ustring"
    else
        echo "$offset${offset:+(}$register${offset:+)}:$type"
    fi
}

start_app app
new_provider app all "$1"
act app probe all twelve "${types[@]}"
act app load all
act app path all
image=$answer
read -r site semaphore operands < <(note_of "$image" all twelve)

# The site's address is its place in the file, and so is the semaphore's.
fetches=()
i=0
for operand in $operands; do
    fetches+=("a$i=$(operand_to_fetch "$operand" "${types[i]}")")
    i=$((i + 1))
done
expect_equal 'number of operands' 12 $i
uprobe_add twelve "$image:$site($semaphore) ${fetches[*]}"
expect app 0 enabled all twelve
uprobe_enable twelve 1
act app await all twelve 1
expect app 1 semaphore all twelve
act app fire all twelve "${values[@]}"
wait_for 10 uprobe_has_events 1
uprobe_enable twelve 0
act app await all twelve 0

letters=$(printf 'abcdefghijklmnopqrstuvwxyz%.0s' {1..8})
letters=${letters::200}
expect_equal 'what tracefs shows' "a0=-128 a1=255 a2=-32768 a3=65535 a4=-2147483648 a5=4294967295 \
a6=-9223372036854775808 a7=18446744073709551615 a8=$((0x7ffff0001000)) a9=13826050856027422720 a10=-1 \
a11=\"$letters\"" "$(uprobe_trace | sed 's/^twelve: (0x[0-9a-f]*) //')"

# gdb, which raises the semaphore itself, is there when the probe is enabled.
cat >"$work/commands" <<'END'
set confirm off
set pagination off
set print elements 300
info probes stap all
break -probe-stap all:twelve
continue
printf "args %d %u %d %u", $_probe_arg0, $_probe_arg1, $_probe_arg2, $_probe_arg3
printf " %d %u %lld %llu", $_probe_arg4, $_probe_arg5, $_probe_arg6, $_probe_arg7
printf " 0x%llx 0x%llx %d\n", $_probe_arg8, $_probe_arg9, $_probe_arg10
printf "text %s\n", (char *)$_probe_arg11
printf "argc %d\n", $_probe_argc
delete
detach
quit
END
start_tracer gdb gdb -q -nx -batch -p "$(pid_of app)" -x "$work/commands"
wait_attached gdb app all twelve
act app fire all twelve "${values[@]}"
wait_end gdb || fail 'gdb failed'
expect_match 'the probe in gdb' "^stap +all +twelve +0x.* 0x.* +$image" "$(cat "$(out_of gdb)")"
expect_equal 'what gdb shows' "args -128 255 -32768 65535 -2147483648 4294967295 \
-9223372036854775808 18446744073709551615 0x7ffff0001000 0xbfe0000000000000 -1
text $letters
argc 12" "$(grep -E '^(args|text|argc) ' "$(out_of gdb)")"
act app await all twelve 0
