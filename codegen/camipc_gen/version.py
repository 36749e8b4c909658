# SPDX-License-Identifier: MIT
"""The version that --version prints; the build compares it with its own."""

VERSION = "0.1.0"
