# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# A small shop: threads take orders from a queue, price them, and charge for them.
#
#   ruby shop.rb [SECONDS]           # prints its process id; then, as root:
#   bpftrace -p PID orders.bt        # the events that the shop fires itself
#   bpftrace -p PID latency.bt       # how long its methods take
#   bpftrace -p PID overhead.bt      # and what tracing them costs
require "usdt-ffi"

ORDERS = StaticTracing::Provider.register("shop")
PLACED = ORDERS.add_tracepoint("placed", id: Integer, item: String, quantity: :uint16)
PAID = ORDERS.add_tracepoint("paid", id: Integer, cents: Integer, by: Symbol, is_gift: :bool)
ORDERS.enable

# What an order costs.
class Prices
  extend StaticTracing::Helpers

  CENTS = { "book" => 1900, "tea" => 450, "café crème" => 320 }.freeze

  def of(item, quantity: 1)
    CENTS.fetch(item) * quantity
  end

  trace_arguments :of
end

# Takes the money.
class Checkout
  extend StaticTracing::Helpers

  class Declined < StandardError; end

  def pay!(cents)
    sleep(cents / 1_000_000.0)
    raise Declined, "too much" if cents > 3500

    cents
  end

  # Probe checkout:pay_bang: overhead_ns, method, duration_ns, raised.
  trace_latency :pay!
end

# One thread that works.
class Clerk
  def initialize(queue)
    @queue = queue
    @prices = Prices.new
    @checkout = Checkout.new
  end

  def work
    while (id, item, quantity = @queue.pop)
      cents = @prices.of(item, quantity: quantity)
      charge(id, cents)
    end
  end

  private

  # The block runs only while somebody traces shop:paid.
  def charge(id, cents)
    @checkout.pay!(cents)
    PAID.fire { [id, cents, id.even? ? :card : :invoice, (id % 5).zero?] }
  rescue Checkout::Declined
    nil # the customer hears of it
  end
end

puts Process.pid
$stdout.flush
warn "no probes: #{StaticTracing.unsupported_reason}" unless StaticTracing.supported?

queue = SizedQueue.new(10)
clerks = Array.new(2) { Thread.new { Clerk.new(queue).work } }
ends = StaticTracing.nsec + ((ARGV[0] || 3600).to_f * 1_000_000_000)
id = 0
begin
  while StaticTracing.nsec < ends
    id += 1
    item = Prices::CENTS.keys[id % 3]
    quantity = (id % 4) + 1
    PLACED.fire(id, item, quantity)
    queue << [id, item, quantity]
    sleep 0.005
  end
rescue Interrupt
  nil
end
queue.close
clerks.each(&:join)
puts "#{id} orders"
