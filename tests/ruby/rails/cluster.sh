#!/bin/bash
# SPDX-License-Identifier: MIT
# A Rails program under Puma with two workers: bpftrace at one worker and at all sees what was asked
# for, with right values; a worker that is born while traced; a phased restart; and no warnings.
# shellcheck disable=SC2016 # evaluated later
source "$(dirname "$0")/lib.sh"
need root bpftrace

make_app
start_puma puma 2
mapfile -t workers < <(workers_of puma)
# Rails 6.1 itself starts a thread of concurrent-ruby.
expect_equal 'threads that Puma warns of' '' "$(grep -h '#<Thread' "$(out_of puma)" "$(err_of puma)" | grep -v concurrent-ruby || true)"

# ---- One worker --------------------------------------------------------------------------------
start_tracer one bpftrace -p "${workers[0]}" -e '
    usdt::rails:request { printf("request %d %s %s %s %s %d\n", pid, str(arg1), str(arg2), str(arg3), str(arg4), arg5); }
    usdt::rails:action { printf("action %d %s %d %d %d %s\n", pid, str(arg1), arg2, arg3 > 1000, arg4 > 0 && arg4 < arg3, str(arg5)); }
    usdt::rails:sql { printf("sql %d <%s> <%s> %d %d\n", pid, str(arg1), str(arg2), arg3 > 0, arg4); }
    usdt::rails:render { printf("render %d %s %s %d\n", pid, str(arg1), str(arg2), arg4); }
    usdt::rails:cache { printf("cache %d %s %s %d\n", pid, str(arg1), str(arg2), arg4); }
    usdt::rails:job { printf("job %d %s %s %d\n", pid, str(arg1), str(arg2), arg4); }
    usdt::rails:mail { printf("mail %d %s\n", pid, str(arg1)); }
    usdt::rails:charge_billing { printf("charge %d %s %d\n", pid, str(arg1), arg2); }
    usdt::order:create_bang { printf("create %d %s\n", pid, str(arg1)); }
    BEGIN { printf("ready\n"); }'
wait_line one '^ready'
# The probes come one after the other: from the last one on all are there. The first request of a worker also
# asks for the schema.
wait_for 20 eval "ask_worker ${workers[0]} POST '/orders?name=warm' && line_matches one '^create' 1 && line_matches one '^request' 1"
from=$(($(wc -l <"$(out_of one)") + 1))
ask_worker "${workers[0]}" POST '/orders?name=anna7&token=secret'
wait_line one '^request' "$from"
wait_line one '^create' "$from"
stop one
expect_equal 'only the worker that was named' '' "$(grep -E "^[a-z]+ ${workers[1]} " "$(out_of one)" || true)"
expect_equal 'nothing private' '' "$(grep -E 'secret|anna@' "$(out_of one)" || true)"
# Lines of two processors may be told in another order.
expect_equal 'what one worker did for a request' 'action W OrdersController#create 201 1 1 /orders
cache W generate orders/anna? 0
cache W read orders/anna? 0
cache W read orders/anna? 1
cache W write orders/anna? 0
charge W anna7 7
create W create!
job W ShipJob low 0
mail W OrderMailer
request W POST /orders OrdersController create 201
sql W <Order Create> <INSERT INTO "orders" ("name") VALUES (?)> 1 0
sql W <TRANSACTION> <begin transaction> 1 0
sql W <TRANSACTION> <commit transaction> 1 0' "$(tail -n "+$from" "$(out_of one)" | grep . | sed "s/ ${workers[0]} / W /; s/ RETURNING \"id\"//" |
    grep -vE '^render|warm' | LC_ALL=C sort)"

# ---- All workers, also one that is born meanwhile ----------------------------------------------
image=$(awk '/usdt-dyn.*rails\.[^/]*\.so/ { print $6; exit }' "/proc/${workers[0]}/maps")
[[ -n $image ]] || { cat "/proc/${workers[0]}/maps" >&2; fail 'no image'; }
start_tracer all bpftrace -e "
    usdt:$image:rails:action { printf(\"action %d %s %d %s\\n\", pid, str(arg1), arg2, str(arg5)); }
    BEGIN { printf(\"ready\\n\"); }"
wait_line all '^ready'
for worker in "${workers[@]}"; do
    wait_for 20 eval "ask_worker $worker GET /show && line_matches all '^action $worker OrdersController#show 200 /show' 1"
done
kill -KILL "${workers[0]}"
wait_for 30 eval '[[ $(grep -c "booted in" "$(out_of puma)") == 3 ]]'
born=$(workers_of puma | grep -v "${workers[1]}")
from=$(($(wc -l <"$(out_of all)") + 1))
ask_worker "$born" GET /show
wait_line all "^action $born " "$from"
ask_http GET '/bad?name=x' >/dev/null
wait_line all '^action [0-9]* OrdersController#bad 404 /bad$' "$from"
stop all

# After the tracer nobody is subscribed, the new worker neither: it tells how many are.
quiet() { # PID
    local body
    body=$(ask_http GET /listeners)
    [[ $body == "200 $1 0" ]]
}
for worker in "${workers[1]}" "$born"; do
    wait_for 20 quiet "$worker"
done
start_tracer again bpftrace -p "$born" -e 'usdt::rails:action { printf("action %d\n", pid); }'
wait_for 20 eval "ask_worker $born GET /show && line_matches again '^action $born' 1"
stop again

# All arguments of a request, by name, of both workers.
start_tracer named "$USDT_DYN_BUILD/src/cli/usdt-dyn" trace -p "${workers[1]}" -p "$born" rails:request --json
for worker in "${workers[1]}" "$born"; do
    wait_for 20 eval "ask_worker $worker GET /show && line_matches named '\"pid\": ?$worker,' 1"
done
stop named
expect_match 'a request with all that is known of it' '"path": ?"/show".*"status": ?200,.*"duration_ns": ?[0-9]{4,},.*"db_ns": ?0,.*"view_ns": ?[0-9]{4,},.*"request_id": ?"[0-9a-f-]{36}"' "$(cat "$(out_of named)")"
expect_equal 'what went wrong in Puma' '' "$(grep -iE 'error|usdt-ffi|segfault' "$(err_of puma)" "$(out_of puma)" "$APP_ROOT/rails.log" | grep -v RecordNotFound || true)"
