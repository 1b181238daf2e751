# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

begin
  require "active_support"
  require "active_support/notifications"
rescue LoadError
  return # a program without Rails
end

class RailsTest < Minitest::Test
  Tracing = StaticTracing::Rails
  Notifications = ActiveSupport::Notifications

  @counter = 0

  def new_event
    "#{TestHelper.unique("event")}.test"
  end

  def notification(tracepoint)
    Tracing.probes.fetch(tracepoint.name)
  end

  def record(&)
    StaticTracing::Testing.record(&).map { |event| [event.probe, *event.values] }
  end

  def test_an_event_of_the_program
    event = new_event
    tracepoint = Tracing.probe(event, :who, amount: Integer, ok: true, weight: Float)
    fired = record do
      Notifications.instrument(event, who: :me, amount: 3, ok: 1, weight: 2) { nil }
      Notifications.instrument(event) { nil }
      assert_raises(RuntimeError) { Notifications.instrument(event) { raise "bad" } }
    end
    assert_equal(3, fired.size)
    assert_match(/\Arails:event_\d+_test\z/, fired[0][0])
    assert_equal ["me", 3, true, 2.0], fired[0][2..5]
    assert_equal ["", 0, false, 0.0], fired[1][2..5]
    assert_equal [false, false, true], fired.map(&:last)
    assert(fired.all? { |values| values[1].positive? && values[6].positive? })
    assert_equal %w[overhead_ns who amount ok weight duration_ns raised], tracepoint.arguments.keys
  end

  def test_the_same_event_again_is_the_same_probe
    event = new_event
    assert_same Tracing.probe(event, :key), Tracing.probe(event, :key)
    assert_equal(1, record { Notifications.instrument(event) { nil } }.size)
  end

  def test_subscribed_only_while_a_tracer_is_attached
    event = new_event
    tracepoint = Tracing.probe(event)
    refute Notifications.notifier.listening?(event)
    attached(tracepoint) do
      StaticTracing::Watcher.look
      assert Notifications.notifier.listening?(event)
      assert notification(tracepoint).subscribed?
    end
    StaticTracing::Watcher.look
    refute Notifications.notifier.listening?(event)
  end

  def test_disable
    event = new_event
    tracepoint = Tracing.probe(event)
    notification(tracepoint).disable
    attached(tracepoint) do
      StaticTracing::Watcher.look
      refute Notifications.notifier.listening?(event)
    end
  end

  def test_an_event_under_way_when_the_tracer_comes_or_goes
    event = new_event
    tracepoint = Tracing.probe(event)
    semaphore = tracepoint.instance_variable_get(:@semaphore)
    switch = lambda do |value|
      semaphore.write_uint16(value)
      StaticTracing::Watcher.look
    end
    payloads = []
    Notifications.instrument(event) do |payload|
      switch.call(1)
      payloads << payload
    end
    Notifications.instrument(event) do |payload|
      switch.call(0)
      payloads << payload
    end
    assert_equal [{}, {}], payloads
  ensure
    semaphore&.write_uint16(0)
  end

  def test_threads_while_tracers_come_and_go
    event = new_event
    tracepoint = Tracing.probe(event)
    semaphore = tracepoint.instance_variable_get(:@semaphore)
    stop = false
    failures = Queue.new
    threads = Array.new(4) do
      Thread.new do
        Notifications.instrument(event) { Thread.pass } until stop
      rescue StandardError => e
        failures << e
      end
    end
    500.times do |i|
      semaphore.write_uint16(i % 2)
      StaticTracing::Watcher.look
      Thread.pass
    end
    stop = true
    threads.each(&:join)
    assert_empty failures
  ensure
    semaphore&.write_uint16(0)
    StaticTracing::Watcher.look
  end

  def test_nothing_is_raised_into_the_program
    event = new_event
    Tracing.probe(event, amount: Integer)
    result = nil
    lines = logged do
      StaticTracing::Testing.record do
        2.times { result = Notifications.instrument(event, amount: Object.new) { :result } }
        assert_equal(:frozen, Notifications.instrument(event, { amount: 1 }.freeze) { :frozen })
      end
    end
    assert_equal :result, result
    assert_equal 1, lines.size
    assert_match(/event_\d+_test: NoMethodError.*said once/m, lines.first)
  end

  def test_switched_off_in_the_environment
    out = run_ruby(<<~RUBY, env: { "STATIC_TRACING" => "0" })
      require "active_support"
      require "active_support/notifications"
      StaticTracing::Rails.install
      StaticTracing::Rails.probe "charge.billing", :customer
      StaticTracing.configure { |c| c.mode = :on }
      p ActiveSupport::Notifications.notifier.listening?("charge.billing"), StaticTracing::Watcher.thread
      p StaticTracing::Providers["rails"].enabled?
    RUBY
    assert_equal "false\nnil\nfalse\n", out
  end

  def test_a_probe_that_there_is_not
    error = assert_raises(ArgumentError) { Tracing.install(probes: %i[sql nonsense]) }
    assert_match(/nonsense.*request/, error.message)
  end

  def test_all_loaded_in_one_image
    out = run_ruby(<<~RUBY)
      require "active_support"
      require "active_support/notifications"
      StaticTracing::Rails.install(provider: "shop")
      provider = StaticTracing::Providers["shop"]
      p provider.enabled?, File.readlines("/proc/self/maps").grep(/shop/).map { _1.split.last }.uniq.size
      p ActiveSupport::Notifications.notifier.listening?("sql.active_record")
    RUBY
    assert_equal "true\n1\nfalse\n", out
  end

  def test_every_probe_has_overhead_ns_first
    Tracing.install
    assert(Tracing.probes.values.all? { |one| one.tracepoint.arguments.keys.first == "overhead_ns" })
    assert_equal %w[overhead_ns method path controller action status duration_ns db_ns view_ns request_id],
                 StaticTracing::Tracepoint.fetch("rails", "request").arguments.keys
  end

  def test_cache
    Tracing.install
    fired = record do
      Notifications.instrument("cache_read.active_support", key: "users/42/a@b.de", hit: true) { nil }
      Notifications.instrument("cache_exist?.active_support", key: "x") { nil }
      Notifications.instrument("cache_write_multi.active_support", key: { "a1" => "secret", "b2" => "secret" }) { nil }
    end
    assert_equal([["read", "users/?/?", true], ["exist", "x", false], ["write_multi", "a? b?", false]],
                 fired.map { |one| one.values_at(2, 3, 5) })
  end
end
