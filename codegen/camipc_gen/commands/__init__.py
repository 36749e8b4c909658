# SPDX-License-Identifier: MIT
"""The subcommands of camipc-gen."""
