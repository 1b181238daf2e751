# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"
require "tmpdir"

# Collection, forks, the end of the process, Ractors.
class LifeTest < Minitest::Test
  PRELUDE = <<~RUBY
    provider = StaticTracing::Provider.register("life")
    TP = provider.add_tracepoint("probe", Integer, String)
    provider.enable
    SEMAPHORE = TP.instance_variable_get(:@semaphore)
    File.open(provider.path) { sleep 0.001 until StaticTracing::Fire.near? }
  RUBY

  def test_a_tracepoint_keeps_its_provider
    tracepoint = new_tracepoint(Integer)
    tracepoint.provider.enable
    come_near(tracepoint.provider)
    tracepoint.provider.destroy
    3.times { GC.start }
    semaphore = tracepoint.instance_variable_get(:@semaphore)
    semaphore.write_uint16(1)
    assert tracepoint.fire(1)
  end

  def test_a_destroyed_provider_gives_its_memory_back
    out = run_ruby(<<~RUBY)
      def images = File.readlines("/proc/self/maps").grep(/gone/).size
      def make
        provider = StaticTracing::Provider.register("gone")
        provider.add_tracepoint("probe", Integer)
        provider.enable
        provider.destroy
      end
      100.times { make }
      10.times { GC.start }
      puts images < 100
    RUBY
    assert_equal "true\n", out
  end

  def test_a_child_does_not_believe_its_parents_semaphore
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      SEMAPHORE.write_uint16(1)
      print TP.enabled?, " "
      fork { print TP.enabled?, " ", TP.fire(1, "child"), " "; $stdout.flush; exit! }
      Process.wait
      puts TP.fire(1, "parent")
    RUBY
    assert_equal "true false false true\n", out
  end

  def test_a_child_of_a_child_and_new_tracepoints_there
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      fork do
        fork do
          late = TP.provider.add_tracepoint("late", Integer)
          puts late.fire(1), late.loaded?, TP.provider.path.include?(Process.pid.to_s)
        end
        Process.wait
      end
      Process.wait
    RUBY
    assert_equal "false\ntrue\ntrue\n", out
  end

  def test_daemon
    Dir.mktmpdir do |folder|
      file = File.join(folder, "answer")
      run_ruby("#{PRELUDE}#{<<~RUBY}")
        SEMAPHORE.write_uint16(1)
        Process.daemon(true, true)
        File.write(#{file.dump} + ".new", [TP.enabled?, TP.fire(1, "daemon")].inspect)
        File.rename(#{file.dump} + ".new", #{file.dump})
      RUBY
      wait_until { File.exist?(file) }
      assert_equal "[false, false]", File.read(file)
    end
  end

  def test_firing_at_the_end_of_the_process
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      at_exit { puts TP.fire(1, "at_exit") }
      ObjectSpace.define_finalizer(Object.new, proc { puts TP.fire(2, "finalizer") })
      ObjectSpace.define_finalizer(KEPT = Object.new, proc { puts TP.fire(3, "last finalizer") })
      SEMAPHORE.write_uint16(1)
    RUBY
    assert_equal "true\n" * 3, out
  end

  def test_a_ractor_gets_a_clear_error
    out = run_ruby("#{PRELUDE}#{<<~RUBY}", options: ["-W:no-experimental"])
      begin
        Ractor.new { Thread.current.report_on_exception = false; TP.fire(1, "ractor") }.take
      rescue Ractor::RemoteError => error
        puts error.cause.class
      end
      puts TP.fire(1, "main")
    RUBY
    assert_match(/IsolationError|UnsafeError/, out)
    assert_match(/^false$/, out)
  end

  def test_compaction
    tracepoint = new_tracepoint(String, Integer)
    attached(tracepoint) do
      GC.auto_compact = true
      200.times { |i| assert tracepoint.fire("short #{i}", i) }
    end
  ensure
    GC.auto_compact = false
  end
end
