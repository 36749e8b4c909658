# SPDX-License-Identifier: MIT
"""Comparison of two versions of an interface."""
