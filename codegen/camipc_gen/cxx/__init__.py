# SPDX-License-Identifier: MIT
"""C++: names, values and classes of the generated .hpp files."""
