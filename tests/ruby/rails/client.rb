# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Asks the server on the socket ARGV[0] for each "METHOD PATH" of its stdin, on a new connection, and
# prints "STATUS BODY", or "failed WHY".
require "net/http"
require "socket"

# To a socket in the file system.
class SocketHTTP < Net::HTTP
  def connect
    @socket = Net::BufferedIO.new(UNIXSocket.new(address))
  end
end

$stdout.sync = true
while (line = $stdin.gets)
  begin
    method, path = line.split
    request = Net::HTTPGenericRequest.new(method, method == "POST", true, path)
    answer = SocketHTTP.new(ARGV.fetch(0)).start { |http| http.request(request) }
    puts "#{answer.code} #{answer.body.to_s.gsub(/\s+/, " ")}"
  rescue SystemCallError, IOError => e
    puts "failed #{e.class}: #{e.message}"
  end
end
