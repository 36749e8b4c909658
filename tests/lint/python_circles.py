#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Finds circles in the imports of a Python package.

usage: python_circles.py PACKAGE_DIR

Prints each circle as a loop of file names and exits 1 if there is one. Two
graphs are searched: that of all modules, and that of the packages inside
PACKAGE_DIR, where each module that lies beside them counts by itself. An
import inside of a function counts like any other.
"""

import ast
import os
import sys


def modules(root):
    """Dotted name, relative to the package at @root -> path."""
    found = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        inside = os.path.relpath(folder, root)
        parts = [] if inside == os.curdir else inside.split(os.sep)
        for name in sorted(names):
            if not name.endswith(".py"):
                continue
            own = [] if name == "__init__.py" else [name[:-len(".py")]]
            found[".".join(parts + own)] = os.path.join(folder, name)
    return found


def imported(tree, module, is_package, package):
    """Dotted names that @module imports, relative to @package. Names that
    might be a module or a thing inside of one appear as both."""
    parent = module.split(".") if module else []
    if not is_package:
        parent = parent[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            where = (node.module or "").split(".") if node.module else []
            if node.level:
                where = parent[:len(parent) - node.level + 1] + where
            elif where[:1] == [package]:
                where = where[1:]
            else:
                continue
            for alias in node.names:
                yield ".".join(where + [alias.name])
            yield ".".join(where)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] == package:
                    yield ".".join(parts[1:])


def module_graph(root):
    """Path -> set of paths that it imports, relative to @root."""
    files = modules(root)
    package = os.path.basename(os.path.abspath(root))
    graph = {}
    for module, path in files.items():
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read(), path)
        is_package = os.path.basename(path) == "__init__.py"
        needed = {files[name] for name in imported(tree, module, is_package,
                                                   package) if name in files}
        # "from . import x" names the package itself, whose __init__ is us.
        graph[os.path.relpath(path, root)] = {
            os.path.relpath(other, root) for other in needed
            if other != path and os.path.basename(other) != "__init__.py"}
    return graph


def package_graph(graph):
    """The same, with one node for each folder directly below the root."""
    folded = {}
    for path, needed in graph.items():
        own = path.split(os.sep)[0]
        folded.setdefault(own, set()).update(
            other.split(os.sep)[0] for other in needed
            if other.split(os.sep)[0] != own)
    return folded


def circles(graph):
    """One loop of names for each node from which a search returns to it, a
    loop only once; the first name is repeated at the end."""
    done, found = set(), []

    def visit(node, path):
        if node in path:
            found.append(path[path.index(node):] + [node])
            return
        if node in done:
            return
        for other in sorted(graph.get(node, ())):
            visit(other, path + [node])
        done.add(node)

    for node in sorted(graph):
        visit(node, [])
    return found


def main(arguments):
    if len(arguments) != 1 or not os.path.isdir(arguments[0]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    graph = module_graph(arguments[0])
    if not graph:
        print("%s: no Python files" % arguments[0], file=sys.stderr)
        return 2
    found = circles(graph)
    # A circle of modules is one of packages, too: report it once.
    found = found or circles(package_graph(graph))
    for loop in found:
        print("imports go in a circle: " + " -> ".join(loop))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
