# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # What every error of this gem is a kind of.
  class Error < StandardError; end

  # A name that tracers cannot read, or a class without one.
  class InvalidNameError < Error; end

  # The C library refused something; the message is its own sentence.
  class USDTError < Error
    # @return [Integer] the positive errno
    attr_reader :errno

    # @param message [String] the sentence of the C library
    # @param errno [Integer] the positive errno
    def initialize(message, errno)
      super(message)
      @errno = errno
    end
  end
end
