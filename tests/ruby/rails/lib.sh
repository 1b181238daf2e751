# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The tests with a real Rails program under a real Puma.
#
#   make_app                               # its folder, and a client that asks it
#   start_puma puma 2                      # cluster with 2 workers; waits until it answers
#   ask_http POST '/orders?name=anna'      # prints the status and the body
#   workers_of puma                        # their pids

# shellcheck source=tests/ruby/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

for library in rails active_record sqlite3 puma; do
    ruby -e "require '$library'" 2>/dev/null || skip "the gem $library is not installed"
done

export RAILS_ENV=production APP_ROOT=$work/shop
socket=$work/puma.sock

make_app() {
    mkdir -p "$APP_ROOT/app/views/orders"
    # shellcheck disable=SC2016 # ERB's
    echo 'shown by <%= Process.pid %>' >"$APP_ROOT/app/views/orders/show.html.erb"
    start http ruby "$here/client.rb" "$socket"
}

# start_puma NAME WORKERS: on a socket, preloaded.
start_puma() {
    cat >"$work/puma.rb" <<RUBY
workers $2
threads 2, 2
$([[ ${preload:-yes} == yes ]] && echo preload_app!)
bind "unix://$socket"
worker_check_interval 1
before_fork { ActiveRecord::Base.connection_pool.disconnect! if defined?(ActiveRecord) }
RUBY
    start "$1" puma -C "$work/puma.rb" "${rackup:-$here/config.ru}"
    wait_for 60 answers
    wait_for 60 has_workers "$1" "$2"
}

answers() {
    [[ $(ask_http GET /show) == 200* ]]
}

# ask_http METHOD PATH: prints the status and the body.
ask_http() {
    ask http "$1 $2" .
}

workers_of() {
    pgrep -P "$(pid_of "$1")" | sort -n
}

has_workers() { # NAME COUNT
    [[ $(workers_of "$1" | wc -l) == "$2" ]] && [[ $(grep -c 'booted in' "$(out_of "$1")") -ge $2 ]]
}

# ask_worker PID METHOD PATH: until that worker has answered; each answer tells its pid.
ask_worker() {
    local tries body
    for ((tries = 0; tries < 50; tries++)); do
        body=$(ask_http "$2" "$3")
        [[ $body == *"$1"* ]] && return
    done
    fail "worker $1 never answered"
}
