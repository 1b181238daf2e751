# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "lib/static_tracing/version"

Gem::Specification.new do |spec|
  spec.name = "usdt-ffi"
  spec.version = StaticTracing::VERSION
  spec.summary = "USDT probes that a running Ruby program makes for itself"
  spec.description = "Makes probes for bpftrace, bcc, perf and gdb while a Ruby program runs, and traces methods " \
                     "at no cost while nobody looks. Built on libusdt-dyn."
  spec.authors = ["The libusdt-dyn authors"]
  spec.license = "MIT"
  spec.homepage = "https://github.com/libusdt-dyn/libusdt-dyn"
  spec.metadata = { "rubygems_mfa_required" => "true" }
  spec.required_ruby_version = ">= 3.1"

  # libusdt-dyn here is a link to the top of the repository; in the gem it is a folder with the sources
  # of the C library, for systems that do not have it installed.
  sources = %w[CMakeLists.txt LICENSE include/**/* src/**/*].map { |glob| "ext/usdt-ffi/libusdt-dyn/#{glob}" }
  spec.files = Dir["lib/**/*.rb", "sig/**/*.rbs", "README.md", ".yardopts", "ext/usdt-ffi/Rakefile", *sources]
               .select { |path| File.file?(path) }
  spec.extensions = ["ext/usdt-ffi/Rakefile"]
  spec.add_dependency "ffi", ">= 1.15.5", "< 2"
  spec.add_dependency "rake", "~> 13.0"
end
