# SPDX-License-Identifier: MIT
"""Takes a struct or enum of a header apart: the declaration without comments,
and the comment of each member."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple


# Members that share a comment, as declarations; and the comment.
Member = Tuple[List[str], str]


def split(text: str) -> Optional[Tuple[str, List[Member]]]:
    """The bare declaration and its members; None if it is of another form."""
    match = re.match(r"((?:struct|enum)\s+\w+\s*)\{(.*)\}\s*;\Z", text,
                     re.DOTALL)
    if not match:
        return None
    body = match.group(2)
    code = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    if "{" in code or "#" in code or "CAMIPC_" in re.sub(
            r"\bCAMIPC_[A-Z0-9_]+\s*(?=[,=\]\n]|$)", "", code):
        return None
    members = _members(body, ";" if text.startswith("struct") else ",")
    if not any(comment for _, comment in members):
        return None
    lines = [line.rstrip() for line in code.split("\n") if line.strip()]
    bare = "%s{\n%s\n};" % (match.group(1), "\n".join(lines))
    return bare, members


def _members(body: str, end: str) -> List[Member]:
    members: List[Member] = []
    leading = ""               # the comment above what comes
    for part, comment, own_line, blank in _parts(body, end):
        if blank:
            leading = ""
        if comment and own_line:
            leading = comment
            members.append(([], comment))
        elif comment and members and members[-1][0]:
            names, text = members[-1]
            if text:
                # The last of several has a comment of its own.
                members[-1] = (names[:-1], text)
                members.append(([names[-1]], comment))
            else:
                members[-1] = (names, comment)
        elif part and leading and members and members[-1][1] is leading:
            members[-1][0].append(part)
        elif part:
            members.append(([part], ""))
    return [member for member in members if member[0]]


def _parts(body: str, end: str):
    """(member, comment, whether it has a line of its own, empty line)."""
    at = 0
    while at < len(body):
        rest = body[at:]
        comment = re.match(r"/\*.*?\*/", rest, re.DOTALL)
        if comment:
            before = body[:at].rpartition("\n")[2]
            yield "", _text(comment.group()), not before.strip(), False
            at += comment.end()
            continue
        space = re.match(r"\s+", rest)
        if space:
            if space.group().count("\n") > 1:
                yield "", "", False, True
            at += space.end()
            continue
        member = re.match(r"[^%s/]*(?:%s|(?=/\*)|\Z)" % (end, end), rest,
                          re.DOTALL)
        assert member and member.end(), rest
        yield " ".join(member.group().split()).rstrip(end), "", False, False
        at += member.end()


def _text(comment: str) -> str:
    lines = re.sub(r"^/\*\*?|\*/$", "", comment).split("\n")
    return " ".join(re.sub(r"^\s*\*", "", line).strip()
                    for line in lines).strip()
