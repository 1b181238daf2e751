# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # How each type of argument is named in Ruby, told to C, checked and put into its 64-bit slot.
  # @api private
  module Types
    # name: as given by a user; code: of usdt_dyn_type; pack: directive of Array#pack.
    # The rest is Ruby source, with `v` for the variable that holds the value:
    # prepare: a statement before the check; check: is the value fine?; value: what is packed.
    # tagged: what the C library takes for it as a word of CRuby's, if that is an Integer below 2**62
    # that fits; the library says if not. nil for a type that has no such Integers.
    Type = Struct.new(:name, :code, :pack, :prepare, :check, :value, :tagged, keyword_init: true) do
      # @return [Symbol] as in the note: what usdt-dyn list shows
      def to_sym
        name
      end

      # @param part [Symbol] :prepare, :check, :value or :tagged
      # @param variable [String] the variable that takes the place of `v`
      # @return [String, nil] Ruby source
      def source(part, variable)
        self[part]&.gsub(/\bv\b/, variable)
      end

      # @return [Symbol] the method of FFI::MemoryPointer that puts the value into its slot
      def put
        { "q" => :put_int64, "Q" => :put_uint64, "d" => :put_double }.fetch(pack)
      end

      # @param value [Object]
      # @return [Boolean] can the argument have this value?
      def fits?(value)
        checker.call(value)
      end

      # @api private
      # @return [Proc] made once from the source
      def checker
        @checker ||= eval("->(v) { #{prepare}; #{check} }", nil, __FILE__, __LINE__) # rubocop:disable all
      end
    end

    INTEGERS = {
      int8: 0, uint8: 1, int16: 2, uint16: 3, int32: 4, uint32: 5, int64: 6, uint64: 7
    }.freeze
    POINTER = 8
    STRING = 9
    DOUBLE = 10

    # Comparing with a bignum is slow, bit_length is not.
    def self.integer_check(name)
      bits = name[/\d+/].to_i
      name.start_with?("i") ? "v.bit_length < #{bits}" : "v >= 0 && v.bit_length <= #{bits}"
    end
    private_class_method :integer_check

    BY_NAME = INTEGERS.to_h do |name, code|
      [name, Type.new(name:, code:, pack: name.start_with?("u") ? "Q" : "q",
                      check: "::Integer === v && #{integer_check(name)}", value: "v",
                      tagged: "v")]
    end

    # The directive p takes the address of the String's own bytes and keeps the String alive with the
    # packed one; the values of a running method stay where they are while it runs, also when the
    # collector compacts. CRuby ends the bytes of a String with a NUL.
    BY_NAME[:string] = Type.new(name: :string, code: STRING, pack: "p", prepare: "v = v.name if ::Symbol === v",
                                check: "::String === v || nil == v", value: "v")
    BY_NAME[:double] = Type.new(name: :double, code: DOUBLE, pack: "d",
                                check: "::Float === v || ::Integer === v", value: "v")
    BY_NAME[:bool] = Type.new(name: :bool, code: INTEGERS[:uint8], pack: "q",
                              check: "true == v || false == v || nil == v", value: "(v ? 1 : 0)",
                              tagged: "(true == v ? 1 : (false == v || nil == v) ? 0 : nil)")
    BY_NAME[:pointer] = Type.new(name: :pointer, code: POINTER, pack: "Q",
                                 prepare: "v = nil == v ? 0 : (::StaticTracing::Types.pointer?(v) ? v.address : v)",
                                 check: BY_NAME[:uint64].check, value: "v", tagged: "v")
    BY_NAME.each_value(&:checker).each_value(&:freeze).freeze

    # @param value [Object] also one with a method `address` that is the program's
    # @return [Boolean]
    def self.pointer?(value)
      defined?(FFI::Pointer) ? FFI::Pointer === value : false
    end

    BY_CLASS = {
      Integer => :int64, String => :string, Symbol => :string, Float => :double,
      TrueClass => :bool, FalseClass => :bool, true => :bool, false => :bool
    }.freeze

    # @param given [Class, Symbol, true, false] what the user wrote
    # @return [Type]
    # @raise [Tracepoint::InvalidArgType]
    def self.fetch(given)
      BY_NAME.fetch(BY_CLASS.fetch(given, given)) do
        raise Tracepoint::InvalidArgType,
              "#{given.inspect} is no type of an argument: use Integer, String, Symbol, Float, true, " \
              "false or one of #{BY_NAME.keys.map(&:inspect).join(", ")}"
      end
    end
  end
end
