# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Probes of the jobs of a Sidekiq server: `sidekiq:job_start`, then `job_done` or `job_failed`.
  # With Rails they are there by themselves; else call {install} where Sidekiq is configured.
  module Sidekiq
    # The name of the provider.
    PROVIDER = "sidekiq"

    Probes = Struct.new(:started, :done, :failed) do
      # @return [Boolean] is a tracer attached to one of them?
      def enabled?
        done.enabled? || failed.enabled? || started.enabled?
      end
    end
    private_constant :Probes

    # Sidekiq makes a middleware anew for each job; the probes are made once.
    # @api private
    # @return [Probes]
    def self.probes
      @probes ||= begin
        common = { overhead_ns: Integer, class: String, queue: String }
        provider = Provider.register(PROVIDER)
        Probes.new(provider.add_tracepoint("job_start", **common, jid: String),
                   provider.add_tracepoint("job_done", **common, duration_ns: Integer, jid: String),
                   provider.add_tracepoint("job_failed", **common, duration_ns: Integer, error: String, jid: String))
              .tap { provider.enable }
      end
    end

    # Adds the middleware, in the processes that work.
    # @return [void]
    def self.install
      probes
      ::Sidekiq.configure_server do |config|
        config.server_middleware { |chain| chain.add(ServerMiddleware) }
      end
    end

    # Without a tracer it looks at three semaphores and runs the job.
    class ServerMiddleware
      # Sidekiq gives its own configuration to whom asks for it.
      attr_accessor :config

      def initialize
        @probes = Sidekiq.probes
      end

      # @param _instance [Object] of the job's class
      # @param job [Hash]
      # @param queue [String]
      def call(_instance, job, queue, &)
        return yield unless @probes.enabled?

        traced(job, queue, &)
      end

      private

      def traced(job, queue)
        entry = StaticTracing.nsec
        names = [title(job), queue].map { |text| Rails::Filters.cut(text) }
        tell(@probes.started, StaticTracing.nsec - entry, *names, job["jid"].to_s)
        start = StaticTracing.nsec
        result = yield
        stop = StaticTracing.nsec
        tell(@probes.done, start - entry, *names, stop - start, job["jid"].to_s)
        result
      rescue Exception => e # rubocop:disable Lint/RescueException -- it is raised again
        stop = StaticTracing.nsec
        tell(@probes.failed, start - entry, *names, stop - start, e.class.name.to_s, job["jid"].to_s) if start && stop
        raise
      end

      # The class that the user wrote, not the adapter's.
      def title(job)
        job["display_class"] || job["wrapped"] || job["class"]
      end

      def tell(tracepoint, ...)
        tracepoint.fire(...)
      rescue StandardError => e
        StaticTracing.log(:warn, "#{PROVIDER}:#{tracepoint.name}: #{e.class}: #{e.message}")
      end
    end
  end
end
