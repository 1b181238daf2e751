# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

class WatcherTest < Minitest::Test
  Watcher = StaticTracing::Watcher

  PRELUDE = <<~RUBY
    WATCHER = StaticTracing::Watcher
    PROVIDER = StaticTracing::Provider.register("watched")
    TP = PROVIDER.add_tracepoint("probe", Integer)
    PROVIDER.enable
    SEMAPHORE = TP.instance_variable_get(:@semaphore)
    CALLS = []
    def watch(tracepoint = TP)
      WATCHER.watch(tracepoint, -> { CALLS << :attach }, -> { CALLS << :detach })
    end
  RUBY

  def setup
    @calls = []
    @all = []
  end

  def teardown
    @all.each { |watched| Watcher.unwatch(watched) }
    StaticTracing.configure { |c| c.mode = :auto }
  end

  def watch(tracepoint)
    Watcher.watch(tracepoint, -> { @calls << :attach }, -> { @calls << :detach }).tap { |one| @all << one }
  end

  def test_a_tracer_comes_and_goes
    tracepoint = new_tracepoint(Integer)
    watch(tracepoint)
    Watcher.look
    assert_empty @calls
    attached(tracepoint) { 2.times { Watcher.look } }
    assert_equal [:attach], @calls
    2.times { Watcher.look }
    assert_equal %i[attach detach], @calls
  end

  def test_one_that_is_attached_already
    tracepoint = new_tracepoint(Integer)
    attached(tracepoint) do
      watch(tracepoint)
      assert_equal [:attach], @calls
    end
  end

  def test_unwatch
    tracepoint = new_tracepoint(Integer)
    attached(tracepoint) do
      watched = watch(tracepoint)
      2.times { Watcher.unwatch(watched) }
      Watcher.look
    end
    assert_equal %i[attach detach], @calls
  end

  def test_an_error_is_logged_and_others_are_called
    tracepoint = new_tracepoint(Integer)
    @all << Watcher.watch(tracepoint, -> { raise "bad" }, -> { @calls << :detached_the_bad })
    watch(tracepoint)
    lines = logged { attached(tracepoint) { Watcher.look } }
    Watcher.look
    assert_equal 1, lines.size
    assert_match(/#{tracepoint.provider.name}:probe: RuntimeError: bad/, lines.first)
    assert_equal %i[attach detached_the_bad detach], @calls
  end

  def test_a_provider_that_is_enabled_later
    tracepoint = new_tracepoint(Integer)
    watch(tracepoint)
    tracepoint.provider.enable
    attached(tracepoint) { Watcher.look }
    assert_equal [:attach], @calls
  end

  def test_a_change_of_the_mode_counts_at_once
    tracepoint = new_tracepoint(Integer)
    tracepoint.provider.enable
    watch(tracepoint)
    StaticTracing.configure { |c| c.mode = :on }
    assert_equal [:attach], @calls
    StaticTracing.configure { |c| c.mode = :off }
    assert_equal %i[attach detach], @calls
    attached(tracepoint) do
      Watcher.look
      assert_equal %i[attach detach], @calls
      StaticTracing.configure { |c| c.mode = :auto }
      assert_equal %i[attach detach attach], @calls
    end
  end

  def test_a_recording_counts_as_a_tracer
    watch(new_tracepoint(Integer))
    StaticTracing::Testing.record { assert_equal [:attach], @calls }
    assert_equal %i[attach detach], @calls
  end

  def test_a_callback_may_watch_more
    outer = new_tracepoint(Integer)
    inner = new_tracepoint(Integer)
    @all << Watcher.watch(outer, -> { watch(inner) }, -> {})
    attached(inner) { attached(outer) { Watcher.look } }
    assert_equal [:attach], @calls
  end

  def test_one_thread_that_begins_with_the_first_enabled_provider
    out = run_ruby("print Thread.list.size, StaticTracing::Watcher.thread.inspect\n#{PRELUDE}#{<<~RUBY}")
      print " ", Thread.list.size
      watch
      watch(StaticTracing::Tracepoint.new("another", "probe"))
      print " ", Thread.list.size, WATCHER.thread.thread_variable_get(:fork_safe)
    RUBY
    assert_equal "1nil 2 2true", out
  end

  # A change by hand is no open of the image, so the thread is told by another provider's load.
  def test_the_thread_calls
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      watch
      SEMAPHORE.write_uint16(1)
      PROVIDER.add_tracepoint("late", Integer)
      deadline = StaticTracing.nsec + 10_000_000_000
      sleep 0.002 while CALLS.empty? && StaticTracing.nsec < deadline
      SEMAPHORE.write_uint16(0)
      sleep 0.002 while CALLS.size < 2 && StaticTracing.nsec < deadline
      p CALLS
    RUBY
    assert_equal "[:attach, :detach]\n", out
  end

  def test_a_child_has_a_thread_and_looks_afresh
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      watch
      SEMAPHORE.write_uint16(1)
      WATCHER.look
      fork do
        p CALLS, WATCHER.thread.alive?, Thread.list.size
        SEMAPHORE.write_uint16(1)
        PROVIDER.add_tracepoint("late", Integer)
        deadline = StaticTracing.nsec + 10_000_000_000
        sleep 0.002 while CALLS.size < 3 && StaticTracing.nsec < deadline
        p CALLS
      end
      Process.wait
      p CALLS
    RUBY
    assert_equal "[:attach, :detach]\ntrue\n2\n[:attach, :detach, :attach]\n[:attach]\n", out
  end

  def test_a_fork_in_a_signal_handler
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      watch
      trap("USR1") { Process.wait(fork { exit!(7) }); STATUS = $?.exitstatus }
      Process.kill("USR1", Process.pid)
      sleep 0.002 until defined?(STATUS)
      p STATUS
    RUBY
    assert_equal "7\n", out
  end

  def test_forks_while_other_threads_flip
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      watch
      flip = Thread.new { loop { SEMAPHORE.write_uint16(1); WATCHER.look; SEMAPHORE.write_uint16(0); WATCHER.look } }
      good = Array.new(20) { fork { exit!(CALLS.last == :attach ? 1 : 0) } }.count { |pid| Process.wait2(pid).last.success? }
      flip.kill
      p good
    RUBY
    assert_equal "20\n", out
  end

  def test_descriptors_closed_by_the_program
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      LINES = []
      LOGGER = Object.new
      def LOGGER.warn(line) = LINES << line
      StaticTracing.configure { |c| c.logger = LOGGER }
      watch
      Dir.children("/proc/self/fd").map(&:to_i).each { |fd| IO.for_fd(fd, autoclose: false).close if fd > 2 && File.readlink("/proc/self/fd/\#{fd}").include?("eventfd") rescue nil }
      PROVIDER.add_tracepoint("late", Integer)
      SEMAPHORE.write_uint16(1)
      PROVIDER.add_tracepoint("later", Integer)
      deadline = StaticTracing.nsec + 10_000_000_000
      sleep 0.002 while CALLS.empty? && StaticTracing.nsec < deadline
      p CALLS, WATCHER.thread.alive?
    RUBY
    assert_equal "[:attach]\ntrue\n", out
  end

  def test_where_nothing_can_be_traced
    out = run_ruby(<<~RUBY, env: { "USDT_DYN_DISABLE" => "1" })
      require "usdt-ffi/testing"
      calls = []
      tracepoint = StaticTracing::Tracepoint.new("watched", "probe", Integer)
      tracepoint.provider.enable
      watched = StaticTracing::Watcher.watch(tracepoint, -> { calls << :attach }, -> { calls << :detach })
      StaticTracing.configure { |c| c.mode = :on }
      p calls, StaticTracing::Watcher.thread, Thread.list.size
      StaticTracing::Testing.record { p calls }
      StaticTracing::Watcher.unwatch(watched)
    RUBY
    assert_equal "[]\nnil\n1\n[:attach]\n", out
  end
end
