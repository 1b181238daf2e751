# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Makes the methods `fire` and `enabled?` of tracepoints, and changes them for what is the case: a
  # fire costs no more than it needs at the moment.
  #
  # - `:idle`: no tracer can be attached, as none has come near. They do nothing.
  # - `:exact`: they ask the semaphore.
  # - `:general`: those of {Tracepoint} itself, for a recorder and the strict mode.
  # @api private
  module Fire
    # What a parameter is that was not given. It fits no type.
    UNSET = Object.new.freeze

    METHODS = %i[fire enabled?].freeze

    @modules = {} # names of types => what the tracepoints with these types are extended with
    @exact = {}
    @idle = {}
    @way = :idle
    @is_near = false

    class << self
      # @return [Symbol] `:idle`, `:exact` or `:general`
      attr_reader :way

      # @param types [Array<Types::Type>]
      # @return [Module] the methods for these arguments, which change with the {way}
      def of(types)
        StaticTracing.synchronize do
          @modules[types.map(&:name)] ||= Module.new.tap { |mod| put(mod, types) }
        end
      end

      # @param types [Array<Types::Type>]
      # @return [Module] with the methods of the way `:exact`
      def exact(types)
        @exact[types.map(&:name)] ||= compile(exact_source(types))
      end

      # @return [FFI::Pointer] the semaphore of a tracepoint that is not loaded
      def no_semaphore
        @no_semaphore ||= FFI::MemoryPointer.new(:uint16)
      end

      # @return [Boolean] may a tracer be attached?
      def near?
        @is_near
      end

      # @param is_near [Boolean]
      def near=(is_near)
        @is_near = is_near
        update
      end

      # Puts in the methods for what is the case now.
      # @return [void]
      def update
        StaticTracing.synchronize do
          way = find_way
          next if way == @way

          @way = way
          @modules.each { |names, mod| put(mod, names.map { |name| Types.fetch(name) }) }
        end
      end

      private

      def find_way
        return :general if Tracepoint.recorder || StaticTracing.configuration.strict

        @is_near ? :exact : :idle
      end

      def put(mod, types)
        methods = { exact: -> { exact(types) }, idle: -> { idle(types.size) } }[@way]&.call
        METHODS.each do |name|
          if methods
            mod.define_method(name, methods.instance_method(name))
          elsif mod.method_defined?(name, false)
            mod.remove_method(name)
          end
        end
      end

      def idle(count)
        @idle[count] ||= compile(idle_source(count))
      end

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

      # A value that does not fit may show as an error of a method that it has not got.
      def exact_source(types)
        names = variables(types.size)
        parameters = names.each_with_index.map { |v, i| i.zero? ? "#{v} = (is_unset = UNSET)" : "#{v} = UNSET" }
        <<~RUBY.gsub("UNSET", "::StaticTracing::Fire::UNSET")
          def fire(#{parameters.join(", ")})
            #{send_tagged(types, names)}
            return false if @semaphore.read_uint16 == 0
            return fire_block { yield } if #{"is_unset && " unless types.empty?}block_given?

            #{types.empty? ? call_native("nil", types) : send_packed(types, names)}
            true
          rescue ::StandardError
            raise if fits?([#{names.join(", ")}])

            refuse([#{names.join(", ")}])
          end

          def enabled?
            @semaphore.read_uint16 != 0
          end
        RUBY
      end

      # One call, which asks the semaphore too, does for most fires. The rest of `fire` is for what the
      # C library cannot take: a block, a value that does not fit, or one of more than 62 bits.
      def send_tagged(types, names)
        return unless types.any? && types.all?(&:tagged)

        values = types.zip(names).map { |type, v| type.source(:tagged, v) }
        <<~RUBY
          fired = ::StaticTracing::Native.usdt_dyn_probe_fire_tagged(@address, #{values.join(", ")})
          return fired == 1 if fired >= 0
        RUBY
      end

      def send_packed(types, names)
        prepare = types.zip(names).filter_map { |type, v| type.source(:prepare, v) }
        checks = types.zip(names).map { |type, v| "(#{type.source(:check, v)})" }
        values = types.zip(names).map { |type, v| type.source(:value, v) }
        <<~RUBY
          #{prepare.join("\n")}
          return refuse([#{names.join(", ")}]) unless #{checks.join(" && ")}

          #{types.any? { |type| type.pack == "p" } ? send_array(types, values) : send_buffer(types, values)}
        RUBY
      end

      # The address of a String can only be had from Array#pack.
      def send_array(types, values)
        call_native("[#{values.join(", ")}].pack(\"#{types.map(&:pack).join}\")", types)
      end

      # A buffer that is kept is twice as fast.
      def send_buffer(types, values)
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
