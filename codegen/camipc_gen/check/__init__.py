# SPDX-License-Identifier: MIT
"""What a resolved program must not say."""
