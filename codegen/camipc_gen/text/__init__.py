# SPDX-License-Identifier: MIT
"""From files to syntax trees, and how errors in them are reported."""
