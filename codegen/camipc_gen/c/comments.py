# SPDX-License-Identifier: MIT
"""Doc comments of the IDL as C comments.

Whatever the IDL says, the text cannot leave its comment: the end of a comment
and the end of a line that a backslash hides are taken apart, trigraphs and
control bytes too. Nothing else changes: a word may be a name of the IDL and yet
mean something else, "V4L2 ids" no enumerator V4L2.
"""

import re
from typing import List

_WIDTH = 80
# Control characters, line ends of Unicode, bytes of a path that are not text,
# and characters that change the direction of writing: compilers warn about
# them, because they can make code look like a comment.
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-"
                     "\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]")


def safe(text: str) -> str:
    """Text that is harmless inside /* */ and //, on one line."""
    text = _UNSEEN.sub(" ", text)
    text = text.replace("*/", "* /").replace("/*", "/ *")
    while "??" in text:
        text = text.replace("??", "? ?")
    text = text.rstrip()
    return text + "." if text.endswith("\\") else text


def comment(doc, tabs: int = 0, mark: str = "/**",
            extra: List[str] = (), tail: str = "") -> List[str]:
    """Lines of a comment, indented; [] without a text. @tail is one more
    sentence, @extra are separate lines."""
    lines = [safe(line) for line in doc.lines] if doc else []
    while lines and not lines[-1]:
        lines.pop()
    if tail and lines and lines[-1].endswith("."):
        lines[-1] += " " + safe(tail)
    elif tail:
        lines.append(safe(tail))
    if extra:
        lines += ([""] if lines else []) + [safe(line) for line in extra]
    if not lines:
        return []
    indent = "\t" * tabs
    room = _WIDTH - 8 * tabs
    if len(lines) == 1 and len(lines[0]) + len(mark) + 4 <= room:
        return ["%s%s %s */" % (indent, mark, lines[0])]
    out = [indent + mark]
    for paragraph in _paragraphs(lines):
        for line in _fill(paragraph, room - 3):
            out.append((indent + " * " + line).rstrip())
    return out + [indent + " */"]


def _paragraphs(lines: List[str]) -> List[List[str]]:
    """Groups of lines that may be filled; blank and indented lines stay."""
    found: List[List[str]] = []
    for line in lines:
        plain = line and not line[0].isspace() and line[0] not in "-*@\\"
        if plain and found and found[-1] and found[-1][0] and \
                not found[-1][0][0].isspace():
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _fill(lines: List[str], room: int) -> List[str]:
    """Breaks lines again only if one of them is too long where it stands now."""
    if all(len(line) <= room for line in lines):
        return lines
    out: List[str] = []
    for word in " ".join(lines).split():
        if out and len(out[-1]) + 1 + len(word) <= room:
            out[-1] += " " + word
        else:
            out.append(word)
    return out
