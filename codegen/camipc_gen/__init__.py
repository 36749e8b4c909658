# SPDX-License-Identifier: MIT
"""camipc-gen: from interface definitions to plain C."""
