# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

module Ours
  module Object
    class Type; end
  end
end

module Other
  class Type; end
  class HTTPServer2Pool; end
end

class ProviderTest < Minitest::Test
  Provider = StaticTracing::Provider
  Providers = StaticTracing::Providers
  Tracepoint = StaticTracing::Tracepoint

  def test_register_finds_or_creates
    name = TestHelper.unique("register")
    provider = Provider.register(name)
    assert_same provider, Provider.register(name.to_sym)
    assert_same provider, Provider.fetch(name)
    assert_same provider, Providers[name]
    assert_includes Providers.names, name
    assert_includes Providers.to_h, name
    assert Providers.key?(name)
    assert_equal Providers.size, Providers.count
    assert_equal name, provider.namespace
  end

  def test_missing_ones_are_errors
    error = assert_raises(Provider::ProviderMissingError) { Provider.fetch("never_registered") }
    assert_kind_of StaticTracing::Error, error
    assert_match(/never_registered/, error.message)
    provider = new_provider
    assert_raises(Tracepoint::TracepointMissingError) { Tracepoint.fetch(provider.name, "absent") }
    assert_nil Providers["never_registered"]
  end

  def test_the_three_ways_to_make_a_tracepoint
    provider = new_provider
    created = provider.add_tracepoint("created", Integer, String)
    assert_same created, Tracepoint.new(provider.name, :created, Integer, String)
    assert_same created, provider.add_tracepoint(created)
    assert_same created, Tracepoint.fetch(provider.name, :created)
    assert_same created, provider.tracepoints["created"]
    assert_same provider, created.provider
    like = new_provider.add_tracepoint(created)
    refute_same created, like
    assert_equal created.arguments, like.arguments
  end

  def test_tracepoint_new_makes_the_provider
    name = TestHelper.unique("implied")
    tracepoint = Tracepoint.new(name, "paid", Integer)
    assert_same Providers[name], tracepoint.provider
  end

  def test_named_and_positional_arguments
    provider = new_provider
    assert_equal({ "arg0" => :int64, "arg1" => :string },
                 provider.add_tracepoint("a", Integer, Symbol).arguments)
    assert_equal({ "id" => :int64, "to" => :string, "weight" => :double, "ok" => :bool, "small" => :uint8 },
                 provider.add_tracepoint("b", id: Integer, to: String, weight: Float, ok: true,
                                              small: :uint8).arguments)
    assert_raises(Tracepoint::InvalidArgumentError) { provider.add_tracepoint("c", Integer, to: String) }
  end

  def test_what_cannot_be_a_tracepoint
    provider = new_provider
    assert_raises(Tracepoint::InvalidArgType) { provider.add_tracepoint("a", Hash) }
    assert_raises(Tracepoint::InvalidArgType) { provider.add_tracepoint("a", :int128) }
    assert_raises(Tracepoint::InvalidArgumentError) { provider.add_tracepoint("a", *([Integer] * 13)) }
    assert_raises(StaticTracing::InvalidNameError) { provider.add_tracepoint("a-b", Integer) }
    assert_raises(StaticTracing::InvalidNameError) { provider.add_tracepoint("9a") }
    assert_raises(StaticTracing::InvalidNameError) { provider.add_tracepoint("a" * 128) }
    assert_raises(StaticTracing::InvalidNameError) { provider.add_tracepoint("a", "b c": Integer) }
    assert_raises(StaticTracing::InvalidNameError) { Provider.register("é") }
    assert_empty provider.tracepoints
    provider.add_tracepoint("a", Integer)
    assert_raises(Tracepoint::InvalidArgumentError) { provider.add_tracepoint("a", String) }
  end

  def test_names_from_modules
    assert_equal "type", Provider.register(Ours::Object::Type).name
    lines = logged { assert_equal "other_type", Provider.register(Other::Type).name }
    assert_match(/Other::Type is the provider other_type/, lines.join)
    assert_empty(logged { assert_equal "other_type", Provider.fetch(Other::Type).name })
    assert_equal "http_server2_pool", Provider.register(Other::HTTPServer2Pool).name
    assert_raises(StaticTracing::InvalidNameError) { Provider.register(Class.new) }
  end

  def test_enable_and_disable
    provider = new_provider
    refute provider.enabled?
    assert_nil provider.path
    provider.add_tracepoint("a", Integer)
    assert provider.enable
    assert provider.enabled?
    assert_path_exists provider.path
    assert provider.enable
    refute provider.disable
    refute provider.enabled?
    assert_nil provider.path
    refute provider.disable
  end

  def test_enable_before_the_first_tracepoint
    provider = new_provider
    refute provider.enable
    assert provider.enabled?
    first = provider.add_tracepoint("first", Integer)
    assert_path_exists provider.path
    assert first.loaded?
    second = provider.add_tracepoint("second", Integer)
    assert second.loaded?
  end

  def test_all_providers_at_once
    provider = new_provider
    provider.add_tracepoint("a")
    Provider.enable!
    assert provider.enabled?
    Provider.disable!
    refute provider.enabled?
    assert_nil provider.path
  end

  def test_destroy_forgets
    tracepoint = new_tracepoint(Integer)
    provider = tracepoint.provider
    provider.enable
    provider.destroy
    assert_nil Providers[provider.name]
    refute tracepoint.fire(1)
    refute_same provider, Provider.register(provider.name)
  end

  def test_threads_register_the_same
    name = TestHelper.unique("threads")
    seen = Array.new(16) do
      Thread.new { [Provider.register(name), Tracepoint.new(name, "probe", Integer)] }
    end.map(&:value)
    assert_equal 1, seen.uniq.size
  end

  def test_the_library_refuses
    other = new_provider
    other.add_tracepoint("probe")
    other.enable
    Providers.forget(other)
    second = Provider.register(other.name)
    second.add_tracepoint("probe")
    assert_match(/already live/, logged { refute second.enable }.join)
    error = assert_raises(StaticTracing::USDTError) { strict { second.enable } }
    assert_equal Errno::EEXIST::Errno, error.errno
  ensure
    other.disable
  end

  def test_inspect
    tracepoint = new_tracepoint(id: Integer)
    assert_match(/:probe\(id: int64\)/, tracepoint.inspect)
    assert_match(/probe/, tracepoint.provider.inspect)
  end
end
