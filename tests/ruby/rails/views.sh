#!/bin/bash
# SPDX-License-Identifier: MIT
# ActionView::Base#render is traced while views are rendered for the first time: Rails gives subclasses their methods then.
source "$(dirname "$0")/lib.sh"
need root bpftrace

make_app
start app ruby -rrails "$here/../target.rb" "$here/app.rb"
wait_line app '^ok ready'
run app 'RENDER = StaticTracing::Helpers::Latency.new(ActionView::Base, :render, provider: "views").enable; 1' >/dev/null
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::views:render { @hits = count(); }'
run app 'await { RENDER.wrapped? }' >/dev/null
wait_tracer trace
pid=$(pid_of app)
expect_equal 'a view' "\"shown by $pid\\n\"" "$(run app 'OrdersController.render(:show).inspect')"
expect_equal 'a view within one' "\"in: shown by $pid\\n\"" \
    "$(run app "OrdersController.render(inline: 'in: <%= render template: %q(orders/show) %>').inspect")"
stop trace
expect_match 'hits' '^@hits: [1-9]' "$(cat "$(out_of trace)")"
