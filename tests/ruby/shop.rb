# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# What the end-to-end tests of the helpers trace.
class Checkout
  extend StaticTracing::Helpers

  attr_reader :measured

  def initialize
    @measured = []
  end

  # Knows itself how long it took.
  def pay(seconds)
    start = StaticTracing.nsec
    sleep(seconds)
    @measured << (StaticTracing.nsec - start)
    seconds
  end

  def refuse!(why)
    raise ArgumentError, why
  end

  def ship(to, express: false)
    [to, express]
  end

  trace_latency :pay, :refuse!
  trace_stack :ship
  trace_arguments :ship
end

SHOP = Checkout.new

def probe(name) = StaticTracing::Tracepoint.fetch("checkout", name)

# How many wrappers are in the method's way?
def wrappers(method) = Checkout.ancestors.count { |mod| mod.instance_methods(false).include?(method) } - 1

def wrapped?(method) = wrappers(method).positive?
