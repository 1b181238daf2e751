# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# A method that is given a query which nobody has made yet.
class Report
  extend StaticTracing::Helpers

  attr_reader :before

  def about(orders, **)
    @before = QUERIES.size
    orders.respond_to?(:load) ? orders.load : orders
  end

  trace_arguments :about
end

REPORT = Report.new
QUERIES = [] # rubocop:disable Style/MutableConstant
ActiveSupport::Notifications.subscribe("sql.active_record") do |*, payload|
  QUERIES << payload[:sql] if payload[:sql].start_with?("SELECT \"orders\"")
end

# How many queries of orders have been made when the method begins, and when it has ended.
def queries_for
  QUERIES.clear
  yield
  "#{REPORT.before} #{QUERIES.size}"
end
