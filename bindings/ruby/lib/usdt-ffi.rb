# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "static_tracing"
require_relative "static_tracing/rails/railtie" if defined?(::Rails::Railtie)
