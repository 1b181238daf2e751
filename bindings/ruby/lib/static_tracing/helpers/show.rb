# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Shows values without calling the program, which might ask a database, take long or raise: numbers,
    # texts, Arrays and Hashes by the methods that Ruby has for them, whatever a subclass has in their
    # place; of anything else the class. All of it is bounded, and private data is left out.
    # @api private
    class Show
      # The most elements of an Array or a Hash that are shown.
      ELEMENTS = 20
      # How deep Arrays and Hashes are shown within each other.
      DEPTH = 3
      # The most bytes of a text, and bits of a number, that are looked at.
      LIMIT = 400
      # How long `inspect` of {Configuration#inspectable} classes may go on being called for one hit, in ns.
      TIME = 5_000_000
      # How many names are remembered as being filtered or not.
      NAMES = 1000
      # What stands for a value.
      MASK = "?"

      ADDRESS = /[^\s"'<>(),;:=]*@[^\s"'<>(),;:=]*/
      SIMPLE = /\A[A-Za-z_]\w{,100}\z/
      # Is an `inspect` under way in this Fiber? It may call a traced method.
      BUSY = :usdt_ffi_inspects
      CORE = {
        is_a: [Module, :===], class: [Kernel, :class], id: [BasicObject, :__id__], name: [Module, :name],
        superclass: [Class, :superclass], integer: [Integer, :inspect], float: [Float, :inspect],
        symbol: [Symbol, :inspect], symbol_name: [Symbol, :name], string: [String, :inspect],
        part: [String, :byteslice], length: [Array, :length], elements: [Array, :to_a], size: [Hash, :size],
        pairs: [Hash, :to_a]
      }.transform_values(&:freeze).freeze
      private_constant :ADDRESS, :SIMPLE, :BUSY, :CORE

      class << self
        # What both hold can be read in every Ractor.
        # @return [Regexp] names of what is not shown
        attr_accessor :filter
        # @return [Array<Module>] see {Configuration#inspectable}
        attr_accessor :inspectable

        # @return [Hash] which a Ractor has for itself: the methods of {CORE}, and what names are filtered
        def core
          known = Ractor.current[:usdt_ffi_core]
          return known if known && known[:filter].equal?(filter)

          methods = CORE.transform_values { |owner, name| find(owner, name) }
          Ractor.current[:usdt_ffi_core] = { **methods, filter:, hidden: {} }
        end

        private

        # What Ruby itself has, behind what the program may have put before it.
        def find(owner, name)
          method = owner.instance_method(name)
          method = method.super_method until method.source_location.nil? ||
                                             method.source_location.first.start_with?("<internal:")
          method
        end
      end

      # @return [String] what was shown so far
      attr_reader :text

      # @param total [Integer] the most bytes of the text
      # @param each [Integer] and of one value
      def initialize(total, each)
        @total = total
        @each = each
        @core = Show.core
        @hidden = @core[:hidden]
        @text = +""
      end

      # Adds a value.
      # @param value [Object]
      # @param name [String, nil] of the argument
      # @return [Boolean] is there room for more?
      def show(value, name = nil)
        start = begin_value
        add(value, name, 0)
        end_value(start)
      rescue StandardError
        fail_value(start)
      end

      # Adds a keyword with its value.
      # @param key [Symbol, Object]
      # @param value [Object]
      # @return [Boolean] is there room for more?
      def show_pair(key, value)
        start = begin_value
        add_pair(key, value, 0)
        end_value(start)
      rescue StandardError
        fail_value(start)
      end

      private

      def begin_value
        @text << ", " unless @text.empty?
        @limit = @text.bytesize + @each
        @text.bytesize
      end

      def end_value(start)
        cut(start, @each) if @text.bytesize > @limit
        return true if @text.bytesize <= @total

        cut(0, @total)
        false
      end

      def fail_value(start)
        @text = @text.byteslice(0, start) << "..."
        true
      end

      def cut(start, bytes)
        @text = @text.byteslice(0, start + bytes - 3).scrub("") << "..."
      end

      def hidden?(name)
        @hidden.clear if @hidden.size > NAMES
        @hidden.fetch(name) { @hidden[name] = Show.filter.match?(name) }
      end

      def add(value, name, depth)
        return @text << MASK if name && hidden?(name)

        case value
        when String then @text << quote(value)
        when Symbol then @text << symbol(value)
        when Integer then @text << (value.bit_length > LIMIT ? "#<Integer>" : @core[:integer].bind_call(value))
        when nil then @text << "nil"
        when true, false then @text << (value ? "true" : "false")
        when Float then @text << @core[:float].bind_call(value)
        when Array then add_elements(value, :length, :elements, depth, "[]")
        when Hash then add_elements(value, :size, :pairs, depth, "{}")
        when Module then @text << name_of(value)
        else add_object(value)
        end
      end

      def quote(string)
        part = @core[:part].bind_call(string, 0, LIMIT)
        part = part.encode("UTF-8", invalid: :replace, undef: :replace) unless part.encoding.ascii_compatible?
        @core[:string].bind_call(hide_addresses(part))
      end

      def hide_addresses(text)
        text.include?("@") ? text.scrub(MASK).gsub(ADDRESS, MASK) : text
      end

      def add_elements(value, size, elements, depth, brackets)
        count = @core[size].bind_call(value)
        return add_class(value, " of ", count) if count > ELEMENTS || (depth == DEPTH && count.positive?)

        @text << brackets[0]
        @core[elements].bind_call(value).each_with_index do |element, i|
          break if @text.bytesize > @limit

          @text << ", " if i.positive?
          brackets == "[]" ? add(element, nil, depth + 1) : add_pair(*element, depth + 1)
        end
        @text << brackets[1]
      end

      def add_pair(key, value, depth)
        case key
        when Symbol
          name = @core[:symbol_name].bind_call(key)
          @text << (SIMPLE.match?(name) ? name : symbol(key).delete_prefix(":")) << ": "
        else
          name = @core[:part].bind_call(key, 0, LIMIT) if String === key
          add(key, nil, depth)
          @text << " => "
        end
        add(value, name, depth)
      end

      def symbol(symbol)
        name = @core[:symbol_name].bind_call(symbol)
        name.bytesize > LIMIT ? ":".dup << quote(name) : @core[:symbol].bind_call(symbol)
      end

      def add_object(value)
        is_inspectable = Show.inspectable.any? { |mod| @core[:is_a].bind_call(mod, value) }
        text = inspect_by_program(value) if is_inspectable && in_time? && !Thread.current[BUSY]
        text ? @text << text : add_class(value, " object_id=", @core[:id].bind_call(value))
      end

      def add_class(value, label, number)
        @text << "#<" << name_of(@core[:class].bind_call(value)) << label << @core[:integer].bind_call(number) << ">"
      end

      def in_time?
        now = StaticTracing.nsec
        @deadline ||= now + TIME
        now < @deadline
      end

      def inspect_by_program(value)
        Thread.current[BUSY] = true
        text = value.inspect
        hide_addresses(@core[:part].bind_call(text, 0, LIMIT)) if String === text
      rescue StandardError, NotImplementedError, SystemStackError
        nil
      ensure
        Thread.current[BUSY] = nil
      end

      # A class of the program may have a method `name` of its own.
      def name_of(mod)
        name = @core[:name].bind_call(mod) and return name

        Class === mod ? "a subclass of #{name_of(@core[:superclass].bind_call(mod))}" : "a module"
      end
    end
  end
end
