# SPDX-License-Identifier: MIT
"""From syntax trees to the facts about interfaces (model/ir.py)."""
