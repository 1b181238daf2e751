# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# All unit tests in one process, in random order: ruby -w test/run.rb
require_relative "test_helper"
Dir[File.join(__dir__, "unit", "*_test.rb")].each { |file| require file }
