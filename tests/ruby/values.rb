# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Fires values of any kind through probes of every type, of which a tracer is told.
class Values
  # Every method of it is the program's, and none is to be called.
  class Own < BasicObject
    [*::Object.instance_methods, :address, :to_int, :to_str, :to_f, :to_ptr, :bit_length].each do |name|
      next if name == :__send__

      define_method(name) { |*| ::Kernel.raise(::ScriptError, "the program was called: #{name}") }
    end
  end

  TYPES = StaticTracing::Types::BY_NAME.keys
  PROVIDER = StaticTracing::Provider.register("values")
  PROBES = TYPES.to_h { |type| [type, PROVIDER.add_tracepoint(type, type)] }
  PAIRS = TYPES.product([:string]).to_h { |pair| [pair, PROVIDER.add_tracepoint(pair.join("_"), *pair)] }
  OTHERS = [nil, true, false, 1.5, Float::NAN, :symbol, "text", "a\0b", "\xFF".b, "x" * 10_000, "w".encode("UTF-32LE"), [],
            {}, Object.new, Own.new, FFI::Pointer.new(3), FFI::Pointer::NULL, FFI::MemoryPointer.new(1), Class].freeze

  class << self
    # Any 64 bits and more, often such as are addresses.
    def integer(random)
      value = [random.rand(2**64), random.rand(4096), (2**47) - random.rand(4096), random.rand(2**70)].sample(random:)
      random.rand(2).zero? ? value : -value
    end

    def value(random)
      random.rand(3).zero? ? OTHERS.sample(random:) : integer(random)
    end

    # Returns how many were fired, of how many that fit.
    def fire(count, seed)
      random = Random.new(seed)
      results = Array.new(count) do
        types, probe = random.rand(2).zero? ? PROBES.to_a.sample(random:) : PAIRS.to_a.sample(random:)
        types = [types].flatten
        values = types.map { value(random) }
        [probe.fire(*values), types.zip(values).all? { |type, value| StaticTracing::Types.fetch(type).fits?(value) }]
      end
      "#{results.count(&:first)} of #{results.count(&:last)}, #{results.count { |fired, fits| fired != fits }} wrong"
    end
  end
end

PROVIDER = Values::PROVIDER
PROVIDER.enable
StaticTracing.configuration.logger = Class.new { def warn(*) = nil }.new
