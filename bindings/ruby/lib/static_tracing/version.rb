# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # The version of the gem; the C library of the same minor version fits.
  VERSION = "0.1.0"
end
