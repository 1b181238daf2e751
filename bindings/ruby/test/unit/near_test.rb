# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# Tracepoints ask their semaphores only when a tracer may be near.
class NearTest < Minitest::Test
  PRELUDE = <<~RUBY
    FIRE = StaticTracing::Fire
    TP = StaticTracing::Tracepoint.new("near", "probe", Integer)
    def count(by) = TP.instance_variable_get(:@semaphore).then { |s| s.write_uint16(s.read_uint16 + by) }
    def open_image = File.open(TP.provider.path, &:size)
    def wait(way) = 10_000.times { FIRE.way == way ? return : sleep(0.001) } && raise("not \#{way}")
  RUBY

  def test_a_fire_is_an_empty_method_until_somebody_opens_the_image
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      TP.provider.enable
      wait(:idle)
      puts RubyVM::InstructionSequence.of(TP.method(:fire)).disasm.scan(/send|getinstancevariable/).size
      count(1)
      puts TP.fire(1), TP.enabled?
      open_image
      wait(:exact)
      puts TP.fire(1), TP.enabled?
      count(-1)
      puts TP.fire(1), TP.enabled?
    RUBY
    assert_equal %w[0 false false true true false false], out.split
  end

  def test_a_tracer_that_was_there_before
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      TP.provider.enable
      wait(:idle)
      count(1)
      TP.provider.add_tracepoint("later", Integer)
      puts FIRE.way, TP.fire(1)
    RUBY
    assert_equal %w[exact true], out.split
  end

  def test_a_child_of_a_process_near_which_nobody_is
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      TP.provider.enable
      wait(:idle)
      fork do
        wait(:idle)
        puts TP.fire(1)
        open_image
        wait(:exact)
        count(1)
        puts TP.fire(1)
      end
      Process.wait
    RUBY
    assert_equal %w[false true], out.split
  end

  def test_without_the_thread_the_semaphores_are_asked
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      TP.provider.enable
      wait(:idle)
      StaticTracing::Watcher.thread.kill
      wait(:exact)
      count(1)
      puts TP.fire(1)
    RUBY
    assert_equal %w[true], out.split
  end

  def test_without_a_watch_the_semaphores_are_asked
    out = run_ruby("#{PRELUDE}#{<<~RUBY}")
      LINES = []
      LOGGER = Object.new
      def LOGGER.warn(line) = LINES << line
      StaticTracing.configure { |c| c.logger = LOGGER }
      limit = Process.getrlimit(:NOFILE)
      Process.setrlimit(:NOFILE, 3, limit.last)
      StaticTracing::Watcher.listen_to(TP.provider)
      Process.setrlimit(:NOFILE, *limit)
      puts LINES.size, FIRE.way
      TP.provider.enable
      $stdout.flush
      fork do
        wait(:idle)
        open_image
        wait(:exact)
        puts "child"
      end
      Process.wait
    RUBY
    assert_equal %w[1 exact child], out.split
  end
end
