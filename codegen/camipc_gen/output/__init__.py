# SPDX-License-Identifier: MIT
"""Writes files: views, templates, line breaks."""
