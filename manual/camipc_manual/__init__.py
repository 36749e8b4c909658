# SPDX-License-Identifier: MIT
"""Makes help texts, manual pages and completions from one description."""
