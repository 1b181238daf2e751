#!/bin/bash
# SPDX-License-Identifier: MIT
# A program without Rails under Puma: the middleware of Rack, with a body that is streamed and with an
# exception, and that of Sidekiq.
source "$(dirname "$0")/lib.sh"
need root bpftrace
ruby -e 'require "sidekiq/testing"' 2>/dev/null || skip 'the gem sidekiq is not installed'

make_app
rackup=$here/rack.ru start_puma puma 1
worker=$(workers_of puma)
# shellcheck disable=SC2016 # the % is bpftrace's
start_tracer trace bpftrace -p "$worker" -e '
    usdt::rack:request_start { printf("start %s %s %s\n", str(arg1), str(arg2), str(arg3)); }
    usdt::rack:request_finish { printf("finish %s %s %d %d %d\n", str(arg1), str(arg2), arg3, arg4 > 140000000, arg5); }
    usdt::sidekiq:job_start { printf("job start %s %s\n", str(arg1), str(arg2)); }
    usdt::sidekiq:job_done { printf("job done %s %s %d\n", str(arg1), str(arg2), arg3 > 0); }
    usdt::sidekiq:job_failed { printf("job failed %s %s %d %s\n", str(arg1), str(arg2), arg3 > 0, str(arg4)); }
    BEGIN { printf("ready\n"); }'
wait_line trace '^ready'
is_traced() {
    ask_http GET '/job?warm' >/dev/null
    line_matches trace '^start' 1 && line_matches trace '^job done' 1 && line_matches trace '^job start' 1
}
wait_for 20 is_traced
ask_http GET /mark >/dev/null
wait_line trace '^finish GET /mark'

expect_equal 'a stream' '200 part 0 part 1 part 2 ' "$(ask_http GET '/stream?token=secret')"
expect_match 'an exception' '^500' "$(ask_http GET /raise)"
expect_match 'a job' '^202' "$(ask_http GET '/job?good')"
expect_match 'a job that fails' '^500' "$(ask_http POST '/job?bad')"
wait_line trace '^finish POST /job'
stop trace
expect_equal 'what was seen' 'finish GET /job 202 0 24
finish GET /raise 0 0 0
finish GET /stream 200 1 21
finish POST /job 0 0 0
job done ShipWorker low 1
job failed ShipWorker low 1 KeyError
job start ShipWorker low
job start ShipWorker low
start GET /job 
start GET /raise 
start GET /stream 
start POST /job ' "$(sed '1,/^finish GET .mark/d' "$(out_of trace)" | grep . | LC_ALL=C sort)"
