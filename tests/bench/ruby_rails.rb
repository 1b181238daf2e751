# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Requests per second of the tests' Rails program under Puma: without the gem, with it, and with a tracer
# attached to requests, SQL and views. The three servers are asked in turn, many times; they are started
# anew now and then, as one process is never quite as fast as the next. Ratios are those of each turn, with the
# interval that holds the true median in 95 of 100 runs.
#
#   ruby tests/bench/ruby_rails.rb BUILD-FOLDER [TURNS] [REQUESTS-A-TURN]
#
# The processor time of the server for a request is compared too: other programs of the machine disturb it less.
# Needs root and bpftrace for the third server. A part of run.sh.
require "fileutils"
require "json"
require "net/http"
require "socket"
require "tmpdir"
require_relative "rows"

# As the tests do: skipped, or failed where a skip must not happen.
def need(what)
  return if yield

  warn "SKIP: #{what}"
  exit(ENV["USDT_DYN_REQUIRE_TRACER"] == "1" ? 1 : 77)
end

need("the third server is traced, which needs root") { Process.uid.zero? }
%w[puma bpftrace].each { |command| need("#{command} is not installed") { system("command -v #{command} >/dev/null") } }
need("Rails is not installed") { system("ruby", "-rrails", "-e", "", err: File::NULL) }

BUILD = File.expand_path(ARGV.fetch(0))
TURNS = Integer(ARGV[1] || (Rows::QUICK ? 2 : 24))
REQUESTS = Integer(ARGV[2] || (Rows::QUICK ? 10 : 300))
TURNS_A_START = [TURNS, 6].min
WARM_UP = Rows::QUICK ? 1 : 100
APP = File.expand_path("../ruby/rails/config.ru", __dir__)
PATH = "/orders?name=anna"

# HTTP to a socket in the file system, one connection for all requests.
class SocketHTTP < Net::HTTP
  def connect
    @socket = Net::BufferedIO.new(UNIXSocket.new(address))
  end
end

# One Puma with one thread.
class Server
  attr_reader :pid

  def initialize(folder, name, environment)
    @folder = File.join(folder, name.tr(" ", "-"))
    FileUtils.rm_rf(@folder)
    FileUtils.mkdir_p(File.join(@folder, "app/views/orders"))
    File.write(File.join(@folder, "app/views/orders/show.html.erb"), "shown")
    @socket = File.join(@folder, "socket")
    @environment = { "RAILS_ENV" => "production", "APP_ROOT" => @folder,
                     "USDT_DYN_LIB" => File.join(BUILD, "src/libusdt-dyn.so.0"), **environment }
  end

  def start
    @pid = spawn(@environment, "puma", "-t", "1:1", "-b", "unix://#{@socket}", APP,
                 out: File.join(@folder, "out"), err: File.join(@folder, "err"), in: File::NULL)
    100.times do
      @http = SocketHTTP.new(@socket).start
      break
    rescue SystemCallError
      sleep 0.2
    end
    raise "no server: #{File.read(File.join(@folder, "err"))}" unless @http

    ask(WARM_UP)
  end

  # Returns requests per second, and per second of the server's processor time.
  def ask(count)
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    used = cpu
    count.times { raise "no answer" unless @http.get(PATH).code == "200" }
    [count / (Process.clock_gettime(Process::CLOCK_MONOTONIC) - start), count / (cpu - used)]
  end

  def cpu
    Dir["/proc/#{@pid}/task/*/schedstat"].sum { |file| File.read(file).to_i } / 1e9
  end

  # Not by SIGTERM: Puma 6.6 with Ruby 3.3, also without the gem, at times waits for ever in the IO#close of its end.
  def stop
    @http&.finish
    @http = nil
    return unless @pid

    Process.kill("KILL", @pid)
    Process.wait(@pid)
    @pid = nil
  end
end

# bpftrace at one process, which counts what it sees.
class Tracer
  PROBES = %w[request sql render].freeze

  def initialize(pid)
    program = PROBES.map { |probe| "usdt::rails:#{probe} { @#{probe} = count(); }" }.join(" ")
    @out = IO.popen(["timeout", "--foreground", "-s", "KILL", "600", "bpftrace", "-f", "json", "-p", pid.to_s, "-e",
                     "#{program} BEGIN { printf(\"ready\\n\"); }", { err: File::NULL, in: File::NULL }])
    nil until @out.gets&.include?("ready") || @out.eof?
  end

  # Returns how often each probe fired.
  def stop
    counts = last_lines.filter_map { |line| JSON.parse(line) rescue nil } # rubocop:disable Style/RescueModifier
                       .select { |line| line["type"] == "map" }.flat_map { |line| line["data"].to_a }.to_h
    @out.close
    PROBES.to_h { |probe| [probe, counts["@#{probe}"].to_i] }
  end

  private

  # Ends it. bpftrace sleeps over a signal that comes just before it waits for events: see stop() in tests/e2e/lib.sh.
  def last_lines
    tracer = Integer(`pgrep -P #{@out.pid}`)
    reader = Thread.new { @out.readlines }
    Process.kill("INT", @out.pid)
    30.times do
      return reader.value if reader.join(1)

      Process.kill("INT", @out.pid) if File.read("/proc/#{tracer}/wchan").include?("poll")
    rescue SystemCallError
      nil # it has just ended
    end
    raise "bpftrace does not end on SIGINT"
  end
end

def report(what, speeds)
  speeds.each { |name, figures| Rows.print("rails", "#{what}, #{name}", "1/s", figures) }
  ["with the gem", "traced"].each do |name|
    ratios = speeds[name].zip(speeds["without"]).map { |one, base| one / base }
    Rows.print_interval("rails", "#{what}, #{name} to without", "x", ratios)
  end
  # The same server against itself, one turn to the next: what the machine does without any difference.
  noise = speeds["without"].each_slice(TURNS_A_START).flat_map { |run| run.each_cons(2).map { |a, b| a / b } }
  Rows.print_interval("rails", "#{what}, without to itself", "x", noise)
end

speeds = Hash.new { |hash, name| hash[name] = [] }
fires = Hash.new(0)
asked = 0
Dir.mktmpdir do |folder|
  servers = { "without" => { "USDT_FFI" => "no" }, "with the gem" => {}, "traced" => {} }
            .to_h { |name, environment| [name, Server.new(folder, name, environment)] }
  (TURNS.to_f / TURNS_A_START).ceil.times do
    servers.each_value(&:start)
    tracer = Tracer.new(servers["traced"].pid)
    TURNS_A_START.times do |turn|
      servers.keys.rotate(turn).each { |name| speeds[name] << servers[name].ask(REQUESTS) }
      asked += REQUESTS
    end
    tracer.stop.each { |probe, count| fires[probe] += count }
  ensure
    servers.each_value(&:stop)
  end
end

report("requests a second", speeds.transform_values { |values| values.map(&:first) })
report("requests a second of processor time", speeds.transform_values { |values| values.map(&:last) })
fires.each { |probe, count| Rows.print("rails", "#{probe} events seen a request", "", [count.to_f / asked]) }
