# SPDX-License-Identifier: MIT
"""From facts to what their C consists of: names, values, fields, messages."""
