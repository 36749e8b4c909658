# SPDX-License-Identifier: MIT
"""Lint rules about texts: what they cite, how files open, and phrases."""

import os
import re

# Outputs and inputs whose bytes matter, and files that quote what is forbidden.
DATA = re.compile(r"/(?:golden|bad|pairs|corpus|declarations|format)/"
                  r"|^/tests/lint/(?:test_lint|texts)\.py$")

TEXT_ENDINGS = (".c", ".h", ".cpp", ".hpp", ".py", ".j2", ".md", ".mojom",
                ".proto", ".sh", ".in", ".txt", ".patch", ".ini", ".map",
                "meson.build", "meson_options.txt")
TEXT_NAMES = ("dev", "run", "camipc-gen", ".editorconfig")


def is_text(name):
    return name.endswith(TEXT_ENDINGS) or \
        os.path.basename(name) in TEXT_NAMES


# --- citations ---------------------------------------------------------------

DOCUMENT = re.compile(r"(?<![\w/.*-])((?:\.{1,2}/)*(?:[\w.-]+/)*[\w-]+\.md)\b")

# Documents and discussions that are not part of this repository.
OUTSIDE = re.compile(r"\b(?:design|answers)(?:\.md)?\s*(?:§\s*)?\d|§"
                     r"|\bdesign:\s|\b[Tt]he design\b|\bissue (?:#?\d|and )"
                     r"|\b[Ss]pike\b(?=[,:. ])|(?<![\w/])shared/\w")


# Sources that a document names by the end of their path. NAME and x are none.
SOURCE = re.compile(r"`((?:[\w.-]+/)+(?!NAME\.|x\.)[\w-]+\.(?:c|h|py|sh|j2|mojom|proto))`")


def exists(tree, name, cited):
    """Whether a file cited as a path from the root or from @name exists."""
    near = os.path.normpath(os.path.join(os.path.dirname(name), cited))
    return cited in tree.files or near in tree.files


def rule_documents(tree):
    """Texts cite documents of this repository and no others."""
    for name in tree.files:
        if not is_text(name) or DATA.search("/" + name):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            for match in DOCUMENT.finditer(line):
                if not exists(tree, name, match.group(1)):
                    yield name, number, "no such file: " + match.group(1)
            for match in SOURCE.finditer(line if name.endswith(".md") else ""):
                if not exists(tree, name, match.group(1)) and not any(
                        other.endswith("/" + match.group(1))
                        for other in tree.files):
                    yield name, number, "no such file: " + match.group(1)
            match = OUTSIDE.search(line)
            if match:
                yield name, number, "cites something outside of this " \
                    "repository: " + match.group(0)


# Texts that are installed, or that become comments of generated files. Their
# readers have neither READMEs nor tests.
INSTALLED = re.compile(r"^(?:runtime/include/.*\.h|runtime/camera/cam_\w+\.h"
                       r"|idl/\w+\.mojom|codegen/.*\.j2)$")
ABSENT = re.compile(r"\bREADME\b|\b[\w-]+\.md\b|(?<![\w/])tests/\w"
                    r"|\b(?:requirement|threat|invariant)s?\s+\d",
                    re.IGNORECASE)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def rule_installed(tree):
    """Installed headers refer to nothing that is not installed."""
    for name in tree.files:
        if not INSTALLED.match(name):
            continue
        # Comments of a template are not printed; keep the line numbers.
        text = TEMPLATE_COMMENT.sub(lambda match: re.sub(
            r"[^\n]", "", match.group(0)), "\n".join(tree.lines(name)))
        for number, line in enumerate(text.split("\n"), 1):
            match = ABSENT.search(line)
            if match:
                yield name, number, "is not installed: " + match.group(0)


# --- how a file opens --------------------------------------------------------

OPENING_LINES = 5
COMMENTS = (
    ((".c", ".h", ".cpp", ".hpp"),
     re.compile(r"\s*/\*(?P<text>.*?)\*/(?P<rest>.*)", re.DOTALL)),
    ((".build.j2",),
     re.compile(r"(?P<text>(?:[ \t]*#(?!!)[^\n]*\n)+)(?P<rest>.*)",
                re.DOTALL)),
    ((".j2",),
     re.compile(r"\s*(?:\{#-?|/\*)(?P<text>.*?)(?:-?#\}|\*/)(?P<rest>.*)",
                re.DOTALL)),
    ((".py",),
     re.compile(r'\s*r?"""(?P<text>.*?)"""(?P<rest>.*)', re.DOTALL)),
    ((".sh",),
     re.compile(r"(?P<text>(?:[ \t]*#(?!!)[^\n]*\n)+)(?P<rest>.*)",
                re.DOTALL)),
)
SENTENCE = re.compile(r"[\"'`(\[]?[A-Z0-9`].*[.:)]$", re.DOTALL)
DECLARATION = re.compile(r"\n(?:static|enum|struct|union|typedef|extern|"
                         r"#\s*define\s+\w+(?:\([^)]*\))?[ \t]+\S)")


def opening_of(name, lines):
    """The first comment behind the licence: (line, text, rest) or None."""
    for endings, pattern in COMMENTS:
        if name.endswith(endings):
            break
    else:
        raise ValueError(name)
    at = 0
    while at < len(lines) and (lines[at].startswith("#!")
                               or "SPDX-License-Identifier" in lines[at]
                               or not lines[at].strip()):
        # A licence line may open the comment that goes on with a sentence.
        opens = re.match(r"\s*(/\*|\{#-?)\s*SPDX", lines[at])
        if opens and not re.search(r"\*/|#\}", lines[at]):
            lines = lines[:at + 1] + [opens.group(1)] + lines[at + 1:]
        at += 1
    match = pattern.match("\n".join(lines[at:]) + "\n")
    if not match:
        return None
    text = re.sub(r"(?m)^[ \t]*[*#]*[ \t]*", "", match.group("text"))
    paragraph = re.split(r"\n\n|\n(?=usage:)", text.strip())[0].strip()
    return at + 1, paragraph, match.group("rest")


def judge_opening(name, lines):
    """What is wrong with a file's opening, or None."""
    found = opening_of(name, lines)
    if found is None or found[0] > OPENING_LINES:
        return "does not open with a comment that says what the file is"
    _, paragraph, rest = found
    if not SENTENCE.match(paragraph):
        return "does not open with a sentence: " + \
            paragraph.split("\n")[0][:50]
    if DECLARATION.match(rest):
        return "opens with the comment of a declaration"
    return None


def rule_openings(tree):
    """Each source opens with a sentence that says what it is."""
    endings = tuple(ending for group, _ in COMMENTS for ending in group)
    for name in tree.files:
        if not name.endswith(endings) or DATA.search("/" + name):
            continue
        lines = tree.lines(name)
        if not any(line.strip() for line in lines):
            continue
        wrong = judge_opening(name, lines)
        if wrong:
            yield name, 1, wrong


# --- phrases -----------------------------------------------------------------

# What our texts used to say, and what to write instead.
PHRASES = tuple((re.compile(r"\b%s\b" % pattern, re.IGNORECASE), better)
                for pattern, better in (
    (r"such ones", "repeat the noun"),
    (r"(?:is|are) none of", "say what is true instead"),
    (r"for life", "never changes; until destroy"),
    (r"dear (?:to|for)", "expensive"),
    (r"whoever", "name the person or program"),
    (r"told once", "called once"),
    (r"(?:is|are|was) told(?! apart| to\b)", "receives; is called; is reported"),
    (r"so never", "thus never"),
    (r"none of them is", "say what is true instead"),
    (r"tells? of", "reports; describes"),
    (r"lives? until", "is valid until"),
    (r"ha(?:s|ve) to live", "must be valid as long as"),
    (r"has nothing to say", "name the effect"),
    (r"(?:is|are) no (?:name|parameters|module)", "invalid, not a"),
    (r"knows? not", "does not know"),
    (r"know(?:s)? nothing of", "does not depend on"),
    (r"that there are", "that exist"),
    (r"one word too many", "unexpected argument"),
    (r"is there already", "already exists"),
    (r"counts? for nothing", "is ignored"),
    (r"too much is unanswered", "too many calls are outstanding"),
    (r"will be regretted", "is hard to change later"),
    (r"was exchanged while", "was replaced while"),
    (r"(?:none|nobody) of (?:our|his|its) business", "say what is true"),
    (r"nobody has tried", "new random cases"),
    (r"in all its life", "over its lifetime"),
))


LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def lines_without_quotes(tree, name):
    """Lines of a text; of tests without what they quote of messages."""
    lines = tree.lines(name)
    if name.startswith("tests/") and name.endswith((".c", ".h", ".py")):
        return [LITERAL.sub('""', line) for line in lines]
    return lines


def rule_phrases(tree):
    """Phrases that the rules for our English exclude."""
    for name in tree.files:
        if not is_text(name) or DATA.search("/" + name):
            continue
        lines = lines_without_quotes(tree, name)
        for number, line in enumerate(lines, 1):
            # A phrase may go on in the next line.
            after = lines[number] if number < len(lines) else ""
            both = line + " " + re.sub(r"^[ \t]*(?:\*|//|#)?[ \t]*", "", after)
            for pattern, better in PHRASES:
                match = pattern.search(both)
                if match and match.start() <= len(line):
                    yield name, number, "\"%s\": %s" % (match.group(0), better)
