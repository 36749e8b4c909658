# SPDX-License-Identifier: MIT
"""Lists the declarations of a C header, one a line, whatever its layout."""

import re

_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_MACRO = re.compile(r"^#define (\w+) (.+)$", re.M)
# What frames every header of ours.
_FRAME = re.compile(r"\b(CAMIPC_BEGIN_DECLS|CAMIPC_END_DECLS)\b"
                    r"|CAMIPC_REQUIRE_CODEGEN\(\d+\);")


def declarations(text):
    """Structs with their members, enums, prototypes, objects, constants."""
    text = _COMMENT.sub(" ", text).replace("\\\n", " ")
    found = ["#define %s %s" % macro for macro in _MACRO.findall(text)]
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    text = _FRAME.sub("", text).replace('extern "C" {', "")
    depth, piece = 0, ""
    for character in text:
        piece += character
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ";" and depth <= 0:
            found.append(_tidy(piece))
            piece = ""
            depth = 0
    return found


def _tidy(text):
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r",? \}", " }", text)
    text = re.sub(r"\* (?=\w)", "*", re.sub(r"\( ", "(", text))
    return text.lstrip("} ")
