# SPDX-License-Identifier: MIT
"""The generator camipc-gen: turns interface definitions into plain C."""
