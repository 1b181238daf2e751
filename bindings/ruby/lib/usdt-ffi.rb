# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "static_tracing"
