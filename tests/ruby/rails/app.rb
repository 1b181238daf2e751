# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# A Rails program in one file, for the tests: config.ru, jobs, mail, views. The database and the views
# are made in $APP_ROOT. USDT_FFI=no: without the gem.
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "active_job/railtie"
require "action_mailer/railtie"
require "sidekiq" if ENV["APP_SIDEKIQ"]

unless ENV["USDT_FFI"] == "no"
  $LOAD_PATH.unshift File.expand_path("../../../bindings/ruby/lib", __dir__)
  require "usdt-ffi"
end

# The program.
module Shop
  # With everything as a production server has it.
  class Application < ::Rails::Application
    config.root = ENV.fetch("APP_ROOT")
    config.eager_load = true
    config.consider_all_requests_local = false
    config.secret_key_base = "0" * 64
    config.logger = ::Logger.new(File.join(ENV.fetch("APP_ROOT"), "rails.log"))
    config.log_level = :info
    config.hosts.clear
    config.filter_parameters = [:nickname, "card.number", ->(_name, value) { value }]
    config.cache_store = :memory_store
    config.active_job.queue_adapter = ENV["APP_SIDEKIQ"] ? :sidekiq : :inline
    config.action_mailer.delivery_method = :test
    config.static_tracing.provider = ENV["APP_PROVIDER"].to_sym if ENV["APP_PROVIDER"]
  end
end

ENV["DATABASE_URL"] = "sqlite3:#{File.join(ENV.fetch("APP_ROOT"), "shop.sqlite3")}?pool=10&timeout=5000"

ActiveSupport.on_load(:active_record) do
  # A table row.
  class Order < ActiveRecord::Base # rubocop:disable Lint/ConstantDefinitionInBlock
    if defined?(StaticTracing)
      extend StaticTracing::Helpers::ActiveRecord
      trace_model
    end
  end
end

# What is done later.
class ShipJob < ActiveJob::Base
  queue_as :low

  def perform(name)
    raise ArgumentError, "no name" if name == "bad"
  end
end

# Tells the customer.
class OrderMailer < ActionMailer::Base
  def shipped(address)
    mail(to: address, from: "shop@example.org", subject: "private", body: "private")
  end
end

# What the tests ask for.
class OrdersController < ActionController::Base
  def index
    @orders = Order.where(name: params[:name]).to_a
    render inline: "<%= @orders.size %> of <%= Process.pid %>"
  end

  def show
    render :show
  end

  def create
    Order.create!(name: params[:name])
    Rails.cache.fetch("orders/#{params[:name]}") { 1 }
    Rails.cache.read("orders/#{params[:name]}")
    ShipJob.perform_later(params[:name])
    OrderMailer.shipped("anna@example.org").deliver_now
    ActiveSupport::Notifications.instrument("charge.billing", customer: params[:name], amount: 7) { nil }
    render plain: Process.pid.to_s, status: 201
  end

  def slow
    sleep 0.2
    render plain: "slow"
  end

  # How many of the gem's subscriptions there are.
  def listeners
    count = StaticTracing::Rails.probes.values.count(&:subscribed?)
    render plain: "#{Process.pid} #{count}"
  end

  def bad
    raise ActiveRecord::RecordNotFound, "not here"
  end
end

StaticTracing::Rails.probe("charge.billing", :customer, amount: Integer) if defined?(StaticTracing)

Shop::Application.initialize!
Shop::Application.routes.draw do
  get "/orders", to: "orders#index"
  get "/show", to: "orders#show"
  post "/orders", to: "orders#create"
  get "/listeners", to: "orders#listeners"
  get "/slow", to: "orders#slow"
  get "/bad", to: "orders#bad"
end

# Workers may start at once.
File.open(File.join(ENV.fetch("APP_ROOT"), "lock"), "w") do |lock|
  lock.flock(File::LOCK_EX)
  unless ActiveRecord::Base.connection.table_exists?(:orders)
    ActiveRecord::Schema.verbose = false
    ActiveRecord::Schema.define { create_table(:orders) { |t| t.string :name } }
  end
end
