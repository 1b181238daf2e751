# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"
begin
  require "yard"
rescue LoadError
  nil # its tests are skipped
end

# sig/ has what the code has, and all that is public is documented.
class SignatureTest < Minitest::Test
  ROOT = File.expand_path("../..", __dir__)

  def setup
    skip "YARD is not installed" unless defined?(YARD)
  end

  # RBS comes with Ruby, but Debian does not let `require` see it.
  def load_rbs
    require "rubygems/source" # RBS 2 loads Bundler, and Bundler 2.3.7 within another require fails without it
    require "rbs"
  rescue LoadError
    folders = Dir["#{RbConfig::CONFIG["rubylibprefix"]}/gems/*/gems/rbs-*/lib"]
    folders += Dir["#{Gem.default_dir}/gems/rbs-*/lib", "#{RbConfig::CONFIG["rubylibprefix"]}/gems/rbs-*/lib"]
    skip "RBS is not installed" if folders.empty?
    $LOAD_PATH.unshift(folders.last)
    extensions = Dir["#{File.dirname(folders.last, 4)}/extensions/*/*/rbs-*"]
    $LOAD_PATH.unshift(*extensions)
    verbose = $VERBOSE
    $VERBOSE = nil
    begin
      require "rbs"
    ensure
      $VERBOSE = verbose
    end
  end

  # Definitions by class: the members that sig/ declares.
  def declared
    load_rbs
    loader = RBS::EnvironmentLoader.new
    loader.add(path: Pathname(File.join(ROOT, "sig")))
    environment = RBS::Environment.from_loader(loader).resolve_type_names
    builder = RBS::DefinitionBuilder.new(env: environment)
    ours = environment.class_decls.keys.select { |name| name.to_s.start_with?("::StaticTracing") }
    ours.to_h do |name|
      [name.to_s.delete_prefix("::"), [builder.build_instance(name), builder.build_singleton(name), name]]
    end
  end

  def own_methods(definition, type_name)
    definition.methods.select do |_, method|
      method.public? && method.defs.any? { |one| one.implemented_in == type_name }
    end
  end

  def documented
    YARD::Registry.clear
    YARD::Logger.instance.level = YARD::Logger::ERROR
    YARD.parse(File.join(ROOT, "lib/**/*.rb"))
    YARD::Registry.all(:method).select do |method|
      method.visibility == :public && [method, *parents(method)].none? { |object| hidden?(object) }
    end
  end

  def parents(object)
    object.root? ? [] : [object.parent, *parents(object.parent)]
  end

  def hidden?(object)
    object.tag(:api)&.text == "private" || (object.respond_to?(:visibility) && object.visibility == :private)
  end

  def test_every_signature_is_of_a_method
    declared.each do |path, (instance, singleton, name)|
      mod = Object.const_get(path)
      own_methods(instance, name).each_key do |method|
        assert mod.method_defined?(method) || mod.private_method_defined?(method), "#{path}##{method} is not there"
      end
      own_methods(singleton, name).each do |method, definition|
        next if method == :new

        assert_respond_to mod, method, path
        compare_parameters("#{path}.#{method}", mod.method(method), definition)
      end
      own_methods(instance, name).each do |method, definition|
        compare_parameters("#{path}##{method}", mod.instance_method(method), definition)
      end
    end
  end

  # The code takes what the signature allows: as many positional arguments, the same keywords.
  def compare_parameters(name, method, definition)
    function = definition.method_types.first.type
    required = function.required_positionals.size
    assert_operator method.arity.negative? ? -method.arity - 1 : method.arity, :<=, required, name
    keywords = method.parameters.filter_map { |kind, key| key if %i[key keyreq].include?(kind) }
    return if method.parameters.any? { |kind, _| %i[keyrest].include?(kind) }

    assert_equal keywords.sort, (function.required_keywords.keys + function.optional_keywords.keys).sort, name
  end

  def test_every_documented_method_has_a_signature
    all = declared
    missing = documented.reject do |method|
      instance, singleton, name = all[method.namespace.path]
      next false if name.nil?

      own = own_methods(method.scope == :class ? singleton : instance, name)
      own.key?(method.name) || (method.name == :initialize && instance.methods.key?(:initialize))
    end
    assert_empty missing.map(&:path)
  end

  def test_all_that_is_public_is_documented
    Dir.mktmpdir do |folder|
      out, status = Open3.capture2e("yard", "stats", "--list-undoc", "--db", folder, chdir: ROOT)
      assert status.success?, out
      assert_match(/100\.00% documented/, out)
      refute_match(/\[warn\]/, out)
    end
  end
end
