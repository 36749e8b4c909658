#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks rules about the source tree that a compiler does not check.

usage: lint.py ROOT RULE

Prints each violation as file:line: text, and exits 1 if there is one. Files
are those that git knows of, or all, where the tree is no repository.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import texts  # noqa: E402
import whitespace  # noqa: E402

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(camipc/[^>]+)>)')

# Folder -> folders whose headers it may include. "generated:X" are headers
# that the build makes; the public headers, camipc/*.h, are open to all. The
# longest prefix of a file's path decides.
ALLOWED = {
    "runtime/include": set(),
    "runtime/base": set(),
    "runtime/wire": {"runtime/base", "generated:control"},
    "runtime/transport": {"runtime/base"},
    "runtime/process": {"runtime/base", "runtime/transport",
                        "generated:system calls"},
    "runtime/module": {"runtime/base", "generated:install"},
    "runtime/trust": {"runtime/base", "runtime/module"},
    "runtime/camera": {"runtime/base", "runtime/wire", "generated:core"},
    "proxy/courier": {"runtime/base", "runtime/wire", "runtime/transport"},
    "proxy/servant": {"proxy/courier", "runtime/base", "runtime/wire",
                      "runtime/transport", "runtime/process",
                      "runtime/module", "generated:control",
                      "generated:build_id", "generated:command_line"},
    "proxy/link": {"proxy/courier", "proxy/servant", "runtime/base",
                   "runtime/transport", "runtime/process", "runtime/module"},
    "proxy/engine": {"proxy/courier", "proxy/link", "runtime/base",
                     "runtime/module"},
    "runtime/record": {"runtime/base", "generated:control"},
    "runtime/monitor": {"runtime/record"},
    "proxy/record": {"proxy/courier", "proxy/engine", "proxy/link",
                     "runtime/base", "runtime/module", "runtime/record",
                     "runtime/transport", "generated:control"},
    "proxy/monitor": {"proxy/courier", "proxy/engine", "proxy/link",
                      "runtime/base", "runtime/module", "runtime/monitor",
                      "runtime/transport"},
    "proxy/manager": {"proxy/courier", "proxy/link", "proxy/engine",
                      "proxy/record", "proxy/monitor", "runtime/base",
                      "runtime/module", "runtime/process", "runtime/trust",
                      "generated:install", "generated:config"},
    "ipa": {"runtime/camera", "generated:core", "generated:worker"},
    "ipa/mock": {"runtime/base"},
    "examples": {"runtime/camera", "generated:core", "generated:worker"},
    "examples/external-types": {"generated:worker", "generated:proxy"},
    "pipeline/camera": {"runtime/camera"},
    "pipeline": {"pipeline/camera", "runtime/camera", "generated:core",
                 "generated:proxy"},
    "pipeline/kernel": {"pipeline", "pipeline/camera", "runtime/camera",
                        "generated:core", "generated:proxy"},
    "pipeline/vimc": {"pipeline/kernel"},
    "pipeline/vivid": {"pipeline/kernel"},
    "tools": {"pipeline", "pipeline/camera", "runtime/base", "runtime/camera",
              "runtime/module",
              "runtime/trust", "tools/record", "generated:core",
              "generated:proxy", "generated:command_line"},
    "tools/hostile": {"tools", "proxy/servant", "runtime/base", "runtime/wire",
                      "runtime/transport", "runtime/process", "generated:proxy",
                      "generated:worker", "generated:config"},
    "tools/record": {"tools", "tools/record/recorded", "runtime/base",
                     "runtime/record", "generated:command_line"},
    "tools/record/recorded": {"tools/record", "runtime/record"},
    "tools/monitor": {"tools", "runtime/base", "runtime/monitor",
                      "generated:command_line"},
    "tools/demo": {"tools", "pipeline", "pipeline/camera", "generated:core",
                   "generated:proxy"},
}

GENERATED = (
    (re.compile(r"^(core|controls)_ipa_(types|serializer)\.h$"), "core"),
    (re.compile(r"_ipa_(types|serializer|interface)\.h$"), "shared"),
    (re.compile(r"_ipa_worker\.h$"), "worker"),
    (re.compile(r"_ipa_proxy\.h$"), "proxy"),
    (re.compile(r"\.pb-c\.h$"), "control"),
    (re.compile(r"^install_folders\.h$"), "install"),
    (re.compile(r"^system_calls\.h$"), "system calls"),
    (re.compile(r"build_id\.h$"), "build_id"),
    (re.compile(r"^(?:command_ids|worker_help)\.h$"), "command_line"),
    (re.compile(r"_config\.h$"), "config"),
)

# Folders that ask meson which optional libraries there are.
for _layer in ("ipa", "pipeline", "tools"):
    ALLOWED[_layer].add("generated:config")

# What the two sides of an interface share comes with either of them.
SHARED_WITH = {"generated:worker", "generated:proxy"}

README_FOLDERS = ("idl", "codegen", "runtime", "proxy", "ipa", "pipeline",
                  "tests", "tools", "bench", "manual",
                  "examples", "examples/external-types",
                  "examples/libcamera-ipa")

SOURCE_ENDINGS = (".c", ".cpp", ".h", ".py", ".j2", ".mojom", ".proto", ".sh", ".in")
SOURCE_NAMES = ("meson.build", "meson_options.txt", "dev", "run",
                "camipc-gen", ".editorconfig")

# Paths of somebody's machine have no place here; these are everybody's.
HOME = re.compile(r"(?<![\w$.{-])/(?:home|root|Users|work)/[\w.-]+")


def list_files(root):
    try:
        out = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        names = out.stdout.decode().split("\0")
        found = [name for name in names
                 if name and os.path.isfile(os.path.join(root, name))]
        if found:
            return sorted(found)
    except (OSError, subprocess.CalledProcessError):
        pass
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders
                      if name != ".git" and not name.startswith("build")
                      and name != "__pycache__"]
        found += [os.path.relpath(os.path.join(folder, name), root)
                  for name in names]
    return sorted(found)


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = list_files(root)
        self.headers = {}
        for name in self.files:
            if name.endswith(".h"):
                self.headers.setdefault(os.path.basename(name), []).append(
                    name)

    def lines(self, name):
        path = os.path.join(self.root, name)
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().split("\n")


def layer_of(name):
    """The entry of ALLOWED that a file belongs to, or None."""
    fitting = [layer for layer in ALLOWED if name.startswith(layer + "/")]
    return max(fitting, key=len) if fitting else None


def generated_kind(base):
    for pattern, kind in GENERATED:
        if pattern.search(base):
            return "generated:" + kind
    return None


def check_include(tree, name, included):
    """Says what is wrong with one #include line, or None."""
    layer = layer_of(name)
    base = os.path.basename(included)
    if included.startswith("camipc/"):
        if "runtime/include/" + included not in tree.files:
            return "%s is no public header" % included
        return None
    if os.path.dirname(included):
        return "%s: include by name, not by path" % included
    if os.path.join(os.path.dirname(name), base) in tree.headers.get(base, ()):
        return None
    kind = generated_kind(base)
    if kind == "generated:shared":
        if ALLOWED[layer] & SHARED_WITH:
            return None
        return "%s may not include generated %s" % (layer, base)
    if kind:
        if kind in ALLOWED[layer]:
            return None
        return "%s may not include generated %s" % (layer, base)
    homes = [home for home in tree.headers.get(base, ())
             if not home.startswith(("tests/", "bench/"))]
    if not homes:
        return "%s is neither in the tree nor a known generated header" % base
    for home in homes:
        owner = layer_of(home) or os.path.dirname(home)
        if owner in ALLOWED[layer]:
            return None
        # Below one pipeline, module or tool, folders are its own business.
        top = "/".join(name.split("/")[:2])
        if layer in ("ipa", "pipeline") and home.startswith(top + "/"):
            return None
    return "%s may not include %s" % (layer, homes[0])


def rule_layers(tree):
    """#include lines go down the layers only."""
    for name in tree.files:
        if not name.endswith((".c", ".h")) or layer_of(name) is None:
            continue
        for number, line in enumerate(tree.lines(name), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            wrong = check_include(tree, name, match.group(1) or match.group(2))
            if wrong:
                yield name, number, wrong


def is_source(name):
    base = os.path.basename(name)
    return base.endswith(SOURCE_ENDINGS) or base in SOURCE_NAMES


def rule_spdx(tree):
    """Each source says its licence in one of its first lines."""
    for name in tree.files:
        if not is_source(name) or "/golden/" in name or "/bad/" in name:
            continue
        head = tree.lines(name)[:3]
        if not any("SPDX-License-Identifier: MIT" in line for line in head):
            yield name, 1, "no SPDX line"


def rule_python(tree):
    """Another python3 may come first in PATH, and lack jinja2."""
    for name in tree.files:
        first = tree.lines(name)[0] if is_source(name) else ""
        if first.startswith("#!") and "env python" in first:
            yield name, 1, "name the interpreter: #!/usr/bin/python3"


def rule_environment(tree):
    """Requirement 13: every variable is read with secure_getenv()."""
    call = re.compile(r"(?<!secure_)\bgetenv\s*\(")
    for name in tree.files:
        if not name.startswith(("runtime/", "proxy/", "pipeline/", "ipa/")):
            continue
        if not name.endswith((".c", ".h")):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            if call.search(line):
                yield name, number, "use secure_getenv()"


def rule_readmes(tree):
    """A README in each folder at the top, of one screen or so."""
    for folder in README_FOLDERS:
        if folder + "/README.md" not in tree.files:
            yield folder, 1, "no README.md"


def rule_machine(tree):
    """Nothing of the machine that something was written on."""
    for name in tree.files:
        if name.startswith("tests/lint/"):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            match = HOME.search(line)
            if match:
                yield name, number, "a path of one machine: " + match.group(0)


def rule_unfinished(tree):
    """What is not done is not begun."""
    marks = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
    for name in tree.files:
        if not is_source(name) or name.startswith("tests/lint/"):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            # Templates of file names: mkstemp() and friends.
            if marks.search(line) and "XXXXXX" not in line:
                yield name, number, "unfinished"


THREAD_WORD = re.compile(r"\b(?:bound|safe|reentrant)\b", re.IGNORECASE)
DOCUMENTED = re.compile(r"/\*\*(?P<doc>(?:(?!\*/).)*)\*/\s*CAMIPC_API (?!extern)",
                        re.DOTALL)


def rule_threads(tree):
    """The comment of each exported function has a thread word."""
    for name in tree.files:
        if not name.startswith("runtime/include/") or not name.endswith(".h"):
            continue
        text = "\n".join(tree.lines(name))
        if "Thread word of every function in this header" in text:
            continue
        for match in DOCUMENTED.finditer(text):
            if not THREAD_WORD.search(match.group("doc")):
                yield (name, text.count("\n", 0, match.start()) + 1,
                       "no thread word: bound, safe or reentrant")


def rule_docs(tree):
    """Requirement 11: what the library exports is documented.

    A comment stands in the same paragraph as the declaration, or heads a
    group of paragraphs that have none.
    """
    for name in tree.files:
        if not name.startswith("runtime/include/") or not name.endswith(".h"):
            continue
        headed = False
        number = 1
        for paragraph in "\n".join(tree.lines(name)).split("\n\n"):
            exports = re.search(r"^CAMIPC_API\b", paragraph, re.MULTILINE)
            if exports and not headed and "*/" not in paragraph:
                yield name, number, "exported, and no comment says what it is"
            headed = paragraph.rstrip().endswith("*/") or (
                headed and bool(exports))
            number += paragraph.count("\n") + 2


RULES = {
    "layers": rule_layers,
    "spdx": rule_spdx,
    "python": rule_python,
    "environment": rule_environment,
    "readmes": rule_readmes,
    "machine": rule_machine,
    "unfinished": rule_unfinished,
    "docs": rule_docs,
    "threads": rule_threads,
    "documents": texts.rule_documents,
    "installed": texts.rule_installed,
    "openings": texts.rule_openings,
    "phrases": texts.rule_phrases,
    "whitespace": whitespace.rule_whitespace,
}


def main(arguments):
    if len(arguments) != 2 or arguments[1] not in RULES:
        print("usage: lint.py ROOT (%s)" % "|".join(sorted(RULES)))
        return 2
    tree = Tree(arguments[0])
    violations = list(RULES[arguments[1]](tree))
    for name, number, text in violations:
        print("%s:%d: %s" % (name, number, text))
    print("%d files, %d violations" % (len(tree.files), len(violations)))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
