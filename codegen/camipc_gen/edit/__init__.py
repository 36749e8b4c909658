# SPDX-License-Identifier: MIT
"""Changes to .mojom files: layout and numbers."""
