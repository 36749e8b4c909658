# SPDX-License-Identifier: MIT
"""What the next version of an interface breaks."""
