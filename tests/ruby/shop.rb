# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Asks its database for whatever it is asked.
class Relation < BasicObject
  @queries = 0
  class << self
    attr_accessor :queries

    def name = raise("not to be asked")
  end

  def method_missing(...) = Relation.queries += 1
  def respond_to_missing?(...) = true
end

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

  def ship_after_all_steps_of_the_way_have_been_taken(steps, to)
    steps.zero? ? ship(to) : ship_after_all_steps_of_the_way_have_been_taken(steps - 1, to)
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
