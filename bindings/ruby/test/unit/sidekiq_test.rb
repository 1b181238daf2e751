# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

class SidekiqTest < Minitest::Test
  JOB = { "class" => "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper",
          "wrapped" => "MailJob",
          "jid" => "j1" }.freeze

  def setup
    @middleware = StaticTracing::Sidekiq::ServerMiddleware.new
  end

  def fired(&)
    StaticTracing::Testing.record(&).map { |event| [event.probe, *event.values] }
  end

  def test_a_job
    events = fired { assert_equal(:result, @middleware.call(nil, JOB, "low") { :result }) }
    assert_equal(%w[sidekiq:job_start sidekiq:job_done], events.map(&:first))
    assert_equal %w[MailJob low j1], events[0][2..]
    assert_equal %w[MailJob low j1], events[1].values_at(2, 3, 5)
    assert_operator events[1][4], :>, 0
  end

  def test_a_job_that_fails
    events = fired { assert_raises(KeyError) { @middleware.call(nil, JOB, "low") { raise KeyError, "private" } } }
    assert_equal(%w[sidekiq:job_start sidekiq:job_failed], events.map(&:first))
    assert_equal %w[MailJob low KeyError j1], events[1].values_at(2, 3, 5, 6)
  end

  def test_without_a_tracer
    assert_equal(:result, @middleware.call(nil, JOB, "low") { :result })
  end
end
