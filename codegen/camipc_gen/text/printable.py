# SPDX-License-Identifier: MIT
"""Makes text of a user printable."""


def one_line(text: str) -> str:
    """The text as one line: control characters are escaped."""
    return "".join(c if c.isprintable() else
                   c.encode("unicode_escape", "surrogatepass").decode()
                   for c in text)
