# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

class RackTest < Minitest::Test
  class Parts
    attr_reader :closed

    def each
      yield "abc"
      yield "é"
    end

    def close
      @closed = true
    end
  end

  ENVIRONMENT = { "REQUEST_METHOD" => "GET", "SCRIPT_NAME" => "/base", "PATH_INFO" => "/path",
                  "QUERY_STRING" => "token=secret", "HTTP_X_REQUEST_ID" => "id-1" }.freeze

  def middleware(&app)
    StaticTracing::Rack.new(app)
  end

  def fired(&)
    StaticTracing::Testing.record(&).map { |event| [event.probe, *event.values] }
  end

  def test_without_a_tracer_the_response_is_the_programs_own
    response = [200, {}, ["body"]]
    assert_same response, middleware { response }.call(ENVIRONMENT)
  end

  def test_the_end_is_when_the_body_is_closed
    body = Parts.new
    app = middleware { [201, {}, body] }
    response = nil
    first = fired { response = app.call(ENVIRONMENT) }
    assert_equal([["rack:request_start", "GET", "/base/path", "id-1"]], first.map { |one| one.values_at(0, 2, 3, 4) })
    last = fired do
      assert_equal(%w[abc é], response[2].each.to_a)
      2.times { response[2].close }
    end
    assert body.closed
    assert_equal 1, last.size
    assert_equal ["rack:request_finish", "GET", "/base/path", 201, 5, "id-1", false],
                 last.first.values_at(0, 2, 3, 4, 6, 7, 8)
    assert_operator last.first[5], :>, 0
  end

  def test_an_exception
    app = middleware { raise "bad" }
    events = fired { assert_raises(RuntimeError) { app.call(ENVIRONMENT) } }
    assert_equal ["rack:request_finish", 0, true], events.last.values_at(0, 4, 8)
  end

  def test_arrays_and_streams_of_rack3
    app = middleware { [200, {}, %w[abc de]] }
    events = fired { assert_equal(%w[abc de], app.call(ENVIRONMENT)[2].to_ary) }
    assert_equal 5, events.last[6]
    written = []
    app = middleware { [200, { "content-length" => "9" }, ->(stream) { stream << "streaming" }] }
    events = fired do
      body = app.call(ENVIRONMENT)[2]
      refute_respond_to body, :each
      refute_respond_to body, :to_ary
      body.call(written)
    end
    assert_equal ["streaming"], written
    assert_equal 9, events.last[6]
  end

  def test_a_file_that_the_server_sends_itself
    file = Parts.new
    def file.to_path = "/tmp/file"
    app = middleware { [200, { "Content-Length" => "77" }, file] }
    events = fired do
      body = app.call(ENVIRONMENT)[2]
      assert_equal "/tmp/file", body.to_path
      refute_respond_to body, :to_str
      body.close
    end
    assert_equal 77, events.last[6]
  end

  def test_an_environment_without_anything
    app = middleware { [200, {}, []] }
    events = fired { app.call({})[2].close }
    assert_equal ["", "", 200], events.last.values_at(2, 3, 4)
  end
end
