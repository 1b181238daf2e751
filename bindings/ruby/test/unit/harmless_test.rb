# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# What helpers do to classes that are not as classes are for the most part, and from where it is done.
class HarmlessTest < Minitest::Test
  Helpers = StaticTracing::Helpers

  # The block runs with wrappers in the way of the methods.
  def traced(klass, *methods, singleton: false)
    provider = TestHelper.unique("harmless")
    helpers = methods.map { |name| Helpers::Calls.new(klass, name, provider:, singleton:).enable }
    StaticTracing::Testing.record { yield helpers }
  ensure
    helpers&.each(&:disable)
  end

  # What the class itself answers is the program's affair.
  class Headstrong
    NAMES = %i[name inspect to_s hash == is_a? send class frozen? prepend ancestors singleton_class singleton_class?
               instance_method alias_method public_method_defined? protected_method_defined? private_method_defined?
               public_instance_methods].freeze
    NAMES.each { |name| define_singleton_method(name) { |*| ::Kernel.raise("#{name} was called") } }

    def find(id) = id
    def self.all(*ids) = ids
  end

  def test_a_class_with_methods_of_the_names_that_ruby_has
    assert_equal(1, traced(Headstrong, :find) { assert_equal 1, Headstrong.new.find(1) }.size)
    assert_equal(1, traced(Headstrong, :all, singleton: true) { assert_equal [1, 2], Headstrong.all(1, 2) }.size)
    traced(Headstrong, :find) do
      Headstrong.class_eval do
        alias_method_of_ruby = Module.instance_method(:alias_method)
        alias_method_of_ruby.bind_call(self, :seek, :find)
        def find(id, more) = [seek(id), more]
      end
      assert_equal [1, 2], Headstrong.new.find(1, 2)
    end
  end
end
