# SPDX-License-Identifier: MIT
"""Turns facts into the parts of C: names, values, fields, messages."""
