# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "socket"

module Differential
  # One end of a connection between two processes, which carries Ruby's values.
  class Link
    # @return [Array(Link, Link)] the two ends
    def self.pair
      UNIXSocket.pair.map { |socket| new(socket) }
    end

    # @yieldparam [Link] what a child is to talk over; it sends what the block returns, and ends
    # @return [Link] to the child
    def self.from_child
      ours, theirs = pair
      ours.pid = Process.fork do
        ours.close
        theirs.send(yield(theirs))
      rescue Exception => e # rubocop:disable Lint/RescueException
        warn e.full_message(highlight: false)
      ensure
        Process.exit!(true)
      end
      theirs.close
      ours
    end

    # @return [Integer] the child's, see {from_child}
    attr_accessor :pid

    # @param socket [UNIXSocket]
    def initialize(socket)
      @socket = socket
    end

    # @return [void]
    def send(value)
      Marshal.dump(value, @socket)
    end

    # @param limit [Numeric, nil] seconds
    # @return [Object, nil] `:late` if nothing came in time; nil if the other end is closed
    def receive(limit = nil)
      @socket.wait_readable(limit) ? Marshal.load(@socket) : :late # rubocop:disable Security/MarshalLoad
    rescue EOFError, Errno::ECONNRESET
      nil
    end

    # @return [void]
    def close
      @socket.close
    end
  end
end
