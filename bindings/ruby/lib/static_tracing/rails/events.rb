# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Rails
    # The probes that every Rails program has. bpftrace before 0.24 reads six arguments: what is
    # asked for most comes first.
    # @api private
    module Events
      # names: of ActiveSupport::Notifications; arguments: after overhead_ns; reader: gives their values.
      Event = Struct.new(:names, :arguments, :reader)

      # By the name of the probe.
      ALL = {} # rubocop:disable Style/MutableConstant

      class << self
        # @api private
        def define(probe, *names, **arguments, &reader)
          ALL[probe] = Event.new(names, arguments, reader)
        end

        # @param milliseconds [Float, nil]
        # @return [Integer]
        def ns(milliseconds)
          (milliseconds.to_f * 1_000_000).round
        end

        # @return [Integer] also where an exception made it, outside of the controller
        def status(payload)
          return payload[:status].to_i if payload[:status] || payload[:exception].nil?

          ::ActionDispatch::ExceptionWrapper.status_code_for_exception(payload[:exception].first)
        end

        # @return [String] the id that Rails puts into the log and the response
        def request_id(payload)
          payload[:request]&.request_id.to_s
        end

        # @return [String] below the program's folder, as it is written there
        def template(identifier)
          identifier = identifier.to_s
          root = "#{::Rails.root}/" if defined?(::Rails.root) && ::Rails.root
          Filters.cut(root ? identifier.delete_prefix(root) : identifier)
        end

        # @return [String] a key, or the first ones of many
        def cache_keys(key)
          keys = key.is_a?(Hash) ? key.keys : Array(key)
          Rails.filter(:key, keys.first(10).join(" "))
        end
      end

      define(:request, "process_action.action_controller",
             method: String, path: String, controller: String, action: String, status: Integer,
             duration_ns: Integer, db_ns: Integer, view_ns: Integer, request_id: String) do |payload, duration|
        [payload[:method].to_s, Rails.filter(:path, payload[:path]), payload[:controller].to_s,
         payload[:action].to_s, status(payload), duration, ns(payload[:db_runtime]), ns(payload[:view_runtime]),
         request_id(payload)]
      end

      define(:request_start, "start_processing.action_controller",
             method: String, path: String, controller: String, action: String,
             request_id: String) do |payload, _duration|
        [payload[:method].to_s, Rails.filter(:path, payload[:path]), payload[:controller].to_s,
         payload[:action].to_s, request_id(payload)]
      end

      # The same end as `request`, in six arguments.
      define(:action, "process_action.action_controller",
             action: String, status: Integer, duration_ns: Integer, db_ns: Integer, path: String) do |payload, duration|
        ["#{payload[:controller]}##{payload[:action]}", status(payload), duration, ns(payload[:db_runtime]),
         Rails.filter(:path, payload[:path])]
      end

      define(:sql, "sql.active_record",
             name: String, sql: String, duration_ns: Integer, cached: true) do |payload, duration|
        [payload[:name].to_s, Rails.filter(:sql, payload[:sql]), duration, payload[:cached] ? true : false]
      end

      define(:render, "render_template.action_view", "render_partial.action_view", "render_collection.action_view",
             "render_layout.action_view",
             kind: String, template: String, duration_ns: Integer, raised: true) do |payload, duration, event|
        [event[/\Arender_(\w+)/, 1], template(payload[:identifier]), duration, payload.key?(:exception)]
      end

      define(:cache, /\Acache_\w+\??\.active_support\z/,
             operation: String, key: String, duration_ns: Integer, hit: true) do |payload, duration, event|
        [event[/\Acache_(\w+)/, 1], cache_keys(payload[:key]), duration, payload[:hit] ? true : false]
      end

      define(:job, "perform.active_job",
             class: String, queue: String, duration_ns: Integer, raised: true, job_id: String) do |payload, duration|
        job = payload[:job]
        [job.class.name.to_s, job.queue_name.to_s, duration, payload.key?(:exception), job.job_id.to_s]
      end

      define(:job_enqueued, "enqueue.active_job", "enqueue_at.active_job",
             class: String, queue: String, job_id: String) do |payload, _duration|
        job = payload[:job]
        [job.class.name.to_s, job.queue_name.to_s, job.job_id.to_s]
      end

      define(:mail, "deliver.action_mailer",
             mailer: String, duration_ns: Integer, raised: true) do |payload, duration|
        [payload[:mailer].to_s, duration, payload.key?(:exception)]
      end

      ALL.freeze
    end
  end
end
