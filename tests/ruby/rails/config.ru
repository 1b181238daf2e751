# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "app"
run Shop::Application
