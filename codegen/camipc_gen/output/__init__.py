# SPDX-License-Identifier: MIT
"""From the C view to files: views, templates, line breaks."""
