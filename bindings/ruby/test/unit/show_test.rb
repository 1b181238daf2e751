# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# What trace_arguments shows of values, and that it leaves the program alone.
class ShowTest < Minitest::Test
  Helpers = StaticTracing::Helpers

  def show(value, name = nil)
    shown = Helpers::Show.new(1000, 200)
    shown.show(value, name)
    shown.text
  end

  # Every method of the class is the program's.
  def self.all_own(klass)
    (klass.instance_methods - %i[__send__ __id__ object_id instance_exec]).each do |name|
      klass.define_method(name) { |*| ::Kernel.raise(::NotImplementedError, "the program was called: #{name}") }
    end
    klass
  end

  OWN = all_own(Class.new)
  OWN_BARE = all_own(Class.new(BasicObject))
  OWN_STRING = all_own(Class.new(String))
  OWN_ARRAY = all_own(Class.new(Array))
  OWN_HASH = all_own(Class.new(Hash))

  class Named
    def self.name = raise("the program was called")
    def self.to_s = name
    def self.inspect = name
    def self.===(_) = name
    def id = raise("the program was called")
  end

  SHOWN = {
    nil => "nil", true => "true", false => "false", 1 => "1", (2**70) => (2**70).to_s, (2**1000) => "#<Integer>",
    1.5 => "1.5", Float::NAN => "NaN", :a => ":a", :"a b" => ':"a b"', "é" => '"é"', "a\"\n\0" => "a\"\n\0".inspect,
    [1, [2, "x"]] => '[1, [2, "x"]]', [[[[]]]] => "[[[[]]]]", [[[[1]]]] => "[[[#<Array of 1>]]]", {} => "{}",
    { a: 1, "b" => [2], 3 => { "c d": 4 } } => '{a: 1, "b" => [2], 3 => {"c d": 4}}',
    Named => "ShowTest::Named", Class.new(Named) => "a subclass of ShowTest::Named",
    "café".encode("UTF-16LE") => '"café"', "\xFF" => '"\xFF"', "anna@example.org, bo@x" => '"?, ?"',
    "\xFF a@b" => '"? ?"'
  }.freeze

  def test_what_is_shown
    SHOWN.each { |value, text| assert_equal text, show(value) }
  end

  # By the core's own methods.
  def filled(klass, core, method, *arguments)
    object = klass.allocate
    core.instance_method(method).bind_call(object, *arguments)
    object
  end

  def test_the_program_is_not_called
    text = filled(OWN_STRING, String, :replace, "text")
    object, bare = [OWN, OWN_BARE].map(&:allocate)
    array = filled(OWN_ARRAY, Array, :replace, [1, object, Named.new, bare])
    hash = filled(OWN_HASH, Hash, :store, text, array)
    shown = show(hash)
    shown.gsub!(/object_id=\d+/, "object_id=N")
    assert_equal '{"text" => [1, #<ShowTest::OWN object_id=N>, #<ShowTest::Named object_id=N>, ' \
                 "#<ShowTest::OWN_BARE object_id=N>]}", shown
    assert_equal "#<ShowTest::OWN_ARRAY of 21>", show(filled(OWN_ARRAY, Array, :replace, [0] * 21))
  end

  def test_methods_that_the_program_put_before_those_of_the_core
    out = run_ruby(<<~RUBY)
      mod = Module.new { %i[inspect to_s name class].each { |m| define_method(m) { |*| raise } } }
      [Integer, Float, String, Symbol, Array, Hash, Module].each { |klass| klass.prepend(mod) }
      show = StaticTracing::Helpers::Show.new(1000, 200)
      show.show([1, 1.5, "a", :b, { c: Object.new }, String])
      $stdout.syswrite(show.text)
    RUBY
    assert_match(/\A\[1, 1.5, "a", :b, \{c: #<Object object_id=\d+>\}, String\]\z/, out)
  end

  def test_what_is_left_out
    assert_equal "?", show("x", "password")
    assert_equal '{password: ?, "X-API_KEY" => ?, to: "x", 1 => 2, deep: {otp_code: ?}}',
                 show({ password: "x", "X-API_KEY" => [1], to: "x", 1 => 2, deep: { otp_code: 1 } })
    StaticTracing.configuration.filtered += [:iban, /\Apin\z/]
    assert_equal "{IBAN: ?, pin: ?, pint: 1}", show({ IBAN: 1, pin: 1, pint: 1 })
    address = "anna.maria.with.a.very.long.name@example.org"
    (150..200).each { |n| refute_match(/anna/, show("#{"x" * n} #{address}")) }
  ensure
    StaticTracing.configuration.filtered = StaticTracing::Configuration::FILTERED
  end

  def test_names_of_parameters
    klass = Class.new do
      def log_in(name, password, note = 1, *rest, secret, otp:, key: 1); end
    end
    helper = Helpers::Arguments.new(klass, :log_in, provider: TestHelper.unique("names")).enable
    events = assert_fired(helper.tracepoint) do
      klass.new.log_in("a", "b", "c", otp: 1)
      klass.new.log_in("a", "b", "c", "d", "e", "f", otp: 1, key: 2)
    end
    assert_equal ['"a", ?, ?, otp: ?', '"a", ?, "c", "d", "e", ?, otp: ?, key: 2'],
                 events.map { |event| event.values.last }
  end

  class Money
    def initialize(text) = @text = text
    def inspect = @text.call
  end

  def test_inspect_where_it_is_allowed
    assert_match(/\A#<ShowTest::Money object_id=\d+>\z/, show(Money.new(-> { raise })))
    StaticTracing.configuration.inspectable = [Money, OWN]
    assert_equal "[5 EUR]", show([Money.new(-> { "5 EUR" })])
    assert_equal "of ?", show(Money.new(-> { "of anna@example.org" }))
    assert_equal 200, show(Money.new(-> { "x" * 1000 })).bytesize
    [-> { raise IOError }, -> { raise NotImplementedError }, -> { 5 }].each do |text|
      assert_match(/\A#<ShowTest::Money object_id=\d+>\z/, show(Money.new(text)))
    end
    assert_match(/\A#<ShowTest::OWN object_id=\d+>\z/, show(OWN.allocate))
    inner = Money.new(-> { "inner" })
    assert_match(/\AMoney of #<ShowTest::Money/, show(Money.new(-> { "Money of #{show(inner)}" })))
  ensure
    StaticTracing.configuration.inspectable = []
  end

  def test_inspect_that_takes_long
    StaticTracing.configuration.inspectable = [Money]
    slow = Money.new(-> { sleep(0.01) && "slow" })
    assert_match(/\A\[slow, #<ShowTest::Money object_id=\d+>, #</, show([slow] * 20))
  ensure
    StaticTracing.configuration.inspectable = []
  end

  def test_bounds
    deep = (1..6).reduce(1) { |value, _| [value] * 20 }
    recursive = []
    recursive << recursive
    long = "x" * 1_000_000
    [deep, recursive, long, { long => long }, long.to_sym, (1 << 10_000_000), Array.new(1_000_000)].each do |value|
      start = StaticTracing.nsec
      assert_operator show(value).bytesize, :<=, 200
      assert_operator StaticTracing.nsec - start, :<, 50_000_000, value.class
    end
  end

  def test_in_a_ractor
    out = run_ruby(<<~RUBY, options: ["-W:no-experimental"])
      ractor = Ractor.new { StaticTracing::Helpers::Arguments.text([["password"], []], 1, [:a, { otp: 1 }]) }
      puts(ractor.respond_to?(:take) ? ractor.take : ractor.value)
    RUBY
    assert_equal "?, [:a, {otp: ?}]\n", out
  end
end
