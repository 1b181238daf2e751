# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Makes the methods that a tracepoint puts into its own singleton class, so that a fire costs no
  # more than its tracepoint needs at the moment: with a fixed number of values, without a splat.
  # @api private
  module Fire
    # What a parameter is that was not given. It fits no type.
    UNSET = Object.new.freeze

    @lock = Mutex.new
    @idle = {}
    @live = {}

    class << self
      # @param count [Integer] of arguments
      # @return [Module] `fire` and `enabled?` while nobody can be attached: they do nothing
      def idle(count)
        @lock.synchronize { @idle[count] ||= compile(idle_source(count)) }
      end

      # @param types [Array<Types::Type>]
      # @return [Module] `fire` and `enabled?` that look at the semaphore
      def live(types)
        @lock.synchronize { @live[types.map(&:name)] ||= compile(live_source(types)) }
      end

      private

      def compile(source)
        Module.new.tap { |mod| mod.module_eval("# frozen_string_literal: true\n#{source}", __FILE__, __LINE__) }
      end

      def variables(count)
        Array.new(count) { |i| "v#{i}" }
      end

      def idle_source(count)
        <<~RUBY
          def fire(#{variables(count).map { |v| "#{v} = nil" }.join(", ")}) = false
          def enabled? = false
        RUBY
      end

      def live_source(types)
        names = variables(types.size)
        <<~RUBY
          def fire(#{names.map { |v| "#{v} = UNSET" }.join(", ")})
            return false if @semaphore.read_uint16 == 0

            #{check(types, names)}
            #{send_values(types, names)}
            true
          end

          def enabled?
            @semaphore.read_uint16 != 0
          end
        RUBY
          .gsub("UNSET", "::StaticTracing::Fire::UNSET")
      end

      def check(types, names)
        return "yield if block_given?" if types.empty?

        prepare = types.zip(names).filter_map { |type, v| type.source(:prepare, v) }
        checks = types.zip(names).map { |type, v| "(#{type.source(:check, v)})" }
        <<~RUBY
          #{prepare.join("\n")}
          unless #{checks.join(" && ")}
            return fire_block { yield } if UNSET.equal?(v0) && block_given?

            return refuse([#{names.join(", ")}])
          end
        RUBY
      end

      # The address of a String can only be had from Array#pack; without one a buffer serves that is
      # kept, which is twice as fast.
      def send_values(types, names)
        values = types.zip(names).map { |type, v| type.source(:value, v) }
        return call_native("nil", types) if types.empty?
        return call_native("[#{values.join(", ")}].pack(\"#{types.map(&:pack).join}\")", types) if
          types.any? { |type| type.pack == "p" }

        puts = types.zip(values).each_with_index.map { |(type, v), i| "buffer.#{type.put}(#{8 * i}, #{v})" }
        <<~RUBY
          # Another thread, or the handler of a signal, that comes in between finds none and makes one.
          buffer = @buffer
          @buffer = nil
          buffer ||= ::FFI::MemoryPointer.new(:uint64, #{types.size})
          #{puts.join("\n")}
          #{call_native("buffer", types)}
          @buffer = buffer
        RUBY
      end

      def call_native(values, types)
        "::StaticTracing::Native.usdt_dyn_probe_fire(@address, #{values}, #{types.size})"
      end
    end
  end
end
