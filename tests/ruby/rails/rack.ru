# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# A program without Rails: Rack and Sidekiq. The jobs run in this process, through the middleware of the server.
$LOAD_PATH.unshift File.expand_path("../../../bindings/ruby/lib", __dir__)
require "usdt-ffi"
require "sidekiq"
require "sidekiq/testing"

Sidekiq::Testing.inline!
Sidekiq::Testing.server_middleware { |chain| chain.add(StaticTracing::Sidekiq::ServerMiddleware) }
StaticTracing::Sidekiq.probes

# Fails when told.
class ShipWorker
  include Sidekiq::Worker
  sidekiq_options queue: "low"

  def perform(name)
    raise KeyError, "private" if name == "bad"
  end
end

# A body that is sent part by part.
class Stream
  def each
    3.times do |i|
      sleep 0.05
      yield "part #{i}\n"
    end
  end
end

use StaticTracing::Rack

run(lambda do |env|
  case env["PATH_INFO"]
  when "/stream" then [200, { "Content-Type" => "text/plain" }, Stream.new]
  when "/raise" then raise ArgumentError, "private"
  when "/job" then [202, { "Content-Type" => "text/plain" }, [ShipWorker.perform_async(env["QUERY_STRING"]).to_s]]
  else [200, { "Content-Type" => "text/plain" }, ["hello #{Process.pid}"]]
  end
end)
