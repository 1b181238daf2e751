# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

class ConfigurationTest < Minitest::Test
  def configuration
    StaticTracing.configuration
  end

  def teardown
    configuration.mode = :auto
    configuration.signal = StaticTracing::Configuration::DEFAULT_SIGNAL
  end

  def visible
    new_tracepoint(Integer).provider.tap(&:enable)
  end

  def test_configure_gives_the_configuration
    assert_same configuration, StaticTracing.configure { |c| assert_same configuration, c }
    assert_equal :auto, configuration.mode
    assert StaticTracing.enabled?
  end

  def test_mode_off_hides_what_is_enabled
    provider = visible
    configuration.mode = :off
    refute StaticTracing.enabled?
    assert_nil provider.path
    late = visible
    assert late.enabled?
    assert_nil late.path
    configuration.mode = "ON"
    assert_path_exists provider.path
    assert_path_exists late.path
  end

  def test_enable_disable_toggle
    provider = visible
    StaticTracing.disable!
    assert_nil provider.path
    StaticTracing.enable!
    assert_path_exists provider.path
    StaticTracing.toggle_tracing!
    refute StaticTracing.enabled?
    StaticTracing.toggle_tracing!
    assert StaticTracing.enabled?
  end

  def test_an_unknown_mode
    assert_raises(ArgumentError) { configuration.mode = :sometimes }
  end

  def test_each_signal_toggles
    provider = visible
    configuration.signal = "SIGUSR2"
    configuration.mode = :signal
    assert_nil provider.path
    Process.kill(:USR2, Process.pid)
    wait_until { provider.path }
    Process.kill(:USR2, Process.pid)
    wait_until { provider.path.nil? }
  end

  def test_signals_are_given_back
    seen = 0
    Signal.trap("USR1") { seen += 1 }
    configuration.signal = "USR1"
    Process.kill(:USR1, Process.pid)
    wait_until { seen == 1 }
    configuration.mode = :signal
    configuration.mode = :auto
    Process.kill(:USR1, Process.pid)
    wait_until { seen == 2 }
    assert StaticTracing.enabled?
  ensure
    Signal.trap("USR1", "DEFAULT")
  end

  def test_no_signal_is_trapped_unless_asked_for
    assert_equal "SYSTEM_DEFAULT\n", run_ruby('puts Signal.trap("PROF", "DEFAULT")')
  end

  def test_without_a_logger_warnings_go_to_the_standard_error
    _, err = capture_io { StaticTracing.log(:warn, "something") }
    assert_equal "usdt-ffi: something\n", err
    assert_silent { StaticTracing.log(:info, "something") }
    assert_equal ["usdt-ffi: something"], logged { StaticTracing.log(:info, "something") }
    assert_nil StaticTracing.logger
  end

  def test_requiring_starts_and_traps_nothing
    assert_equal "1\n", run_ruby("puts Thread.list.size")
  end
end
