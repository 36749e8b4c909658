# SPDX-License-Identifier: MIT
"""The rules that a resolved program must keep."""
