#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Finds circles of C files, by the symbols that they define and use.

usage: circles.py SOURCE_ROOT BUILD_ROOT TARGET...

Files that need each other can only be understood, tested and replaced together.
A file needs another if it uses a symbol that the other defines; nm tells, from
the object files of the build. Prints each loop as the file names along it, and
exits 1 if there is one. python_circles.py does the same for imports.

The targets are what is built before this runs. A source file that belongs to no
target is an error, also in a build that happens to have compiled it.

Calls through a table of functions do not count, because the caller does not
depend on the file that fills the table.
"""

import json
import os
import subprocess
import sys

# Files under these folders count; generated ones lie in the build folder.
FOLDERS = ("runtime", "proxy", "pipeline", "ipa", "tools", "bench")

# Loops that are being taken apart: the files of each one. An entry that is no
# loop any more is an error, so that the list only ever gets shorter.
KNOWN = ()


class CannotCheck(Exception):
    pass


# ---- a graph: file -> {file that it needs: how} -----------------------------

def components(graph):
    """Sets of files that need each other in a circle (Tarjan, no recursion)."""
    number, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(graph):
        if root in number:
            continue
        work = [(root, iter(sorted(graph[root])))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, edges = work[-1]
            for target in edges:
                if target not in number:
                    number[target] = low[target] = len(number)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(sorted(graph[target]))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], number[target])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == number[node]:
                    component = set(stack[stack.index(node):])
                    del stack[stack.index(node):]
                    on_stack -= component
                    if len(component) > 1:
                        found.append(component)
    return found


def shortest_loop(graph, component):
    """The shortest way inside @component that ends where it begins."""
    best = None
    for start in sorted(component):
        before = {start: None}
        queue = [start]
        while queue:
            node = queue.pop(0)
            if start in graph[node]:
                loop = []
                while node is not None:
                    loop.append(node)
                    node = before[node]
                loop.reverse()
                if best is None or len(loop) < len(best):
                    best = loop
                break
            for target in sorted(graph[node]):
                if target in component and target not in before:
                    before[target] = node
                    queue.append(target)
    return best


def describe(graph, component):
    """One line: "a.c -> b.c (b_do) -> a.c (a_do)", and how many there are."""
    loop = shortest_loop(graph, component)
    text = loop[0]
    for node, target in zip(loop, loop[1:] + loop[:1]):
        text += " -> %s (%s)" % (target, graph[node][target])
    if len(component) > len(loop):
        text += "; in a circle of %d files: %s" % (
            len(component), ", ".join(sorted(component)))
    return text


def judge(graph, known):
    """Complaints about loops of @graph, and about entries of @known.

    An entry some of whose files are not in the graph, as of a folder that this
    build leaves out, is not judged.
    """
    complaints = []
    used = set()
    for component in components(graph):
        covers = [entry for entry in known if component <= set(entry)]
        used.update(covers)
        if not covers:
            complaints.append("a circle of files: %s"
                              % describe(graph, component))
    for entry in known:
        if entry not in used and all(name in graph for name in entry):
            complaints.append("no loop any more, take it out of the list of "
                              "known ones: %s" % ", ".join(entry))
    return complaints


# ---- object files -----------------------------------------------------------

def read_inputs(build_root, targets):
    """All files that ninja makes on the way to @targets, absolute."""
    names = [os.path.relpath(os.path.abspath(target), build_root)
             for target in targets]
    out = subprocess.run(["ninja", "-C", build_root, "-t", "inputs"] + names,
                         check=True, stdout=subprocess.PIPE).stdout.decode()
    return {os.path.join(build_root, name) for name in out.split("\n")}


def read_commands(source_root, build_root):
    """{source file, relative: its object files}, for what FOLDERS have."""
    path = os.path.join(build_root, "compile_commands.json")
    with open(path, encoding="utf-8") as file:
        commands = json.load(file)
    objects = {}
    for command in commands:
        source = os.path.relpath(
            os.path.realpath(os.path.join(command["directory"],
                                          command["file"])),
            os.path.realpath(source_root))
        if source.split(os.sep)[0] in FOLDERS and source.endswith(".c"):
            objects.setdefault(source, []).append(
                os.path.join(command["directory"], command["output"]))
    return objects


def read_symbols(objects):
    """{object file: (symbols that it defines, symbols that it uses)}."""
    if not objects:
        return {}
    out = subprocess.run(["nm", "-A", "--format=posix"] + objects, check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    symbols = {path: (set(), set()) for path in objects}
    for line in out.splitlines():
        path, _, rest = line.partition(": ")
        words = rest.split()
        if path not in symbols or len(words) < 2:
            continue
        name, kind = words[:2]
        if kind in "Uwv":
            symbols[path][1].add(name)
        elif kind.isupper() or kind == "u":
            symbols[path][0].add(name)
    return symbols


def definer(source, definers):
    """Which of the files that define a symbol is meant by @source."""
    if len(definers) == 1:
        return definers[0]
    # Programs and modules may have the same names: those beside it count.
    beside = [other for other in definers
              if os.path.dirname(other) == os.path.dirname(source)]
    return beside[0] if len(beside) == 1 else None


def read_graph(source_root, build_root, inputs):
    chosen = {}
    for source, objects in read_commands(source_root, build_root).items():
        if inputs is not None and not inputs.intersection(objects):
            raise CannotCheck("%s belongs to no target that this test has "
                              "built first: add its target in meson.build"
                              % source)
        built = [path for path in objects if os.path.exists(path)]
        if not built:
            raise CannotCheck("%s is not compiled yet" % source)
        chosen[source] = built[0]
    symbols = read_symbols(sorted(chosen.values()))
    definers = {}
    for source in sorted(chosen):
        for name in symbols[chosen[source]][0]:
            definers.setdefault(name, []).append(source)
    graph = {source: {} for source in chosen}
    for source in chosen:
        defined, used = symbols[chosen[source]]
        for name in sorted(used - defined):
            target = definer(source, definers.get(name, []))
            if target and target != source:
                graph[source].setdefault(target, name)
    return graph


def check(source_root, build_root, known=KNOWN, inputs=None):
    """Complaints about a build; @inputs: what read_inputs() says, or None."""
    graph = read_graph(source_root, build_root, inputs)
    gone = ["known as part of a loop, but not there: %s" % name
            for entry in known for name in entry
            if not os.path.exists(os.path.join(source_root, name))]
    return judge(graph, known) + gone


def main(arguments):
    if len(arguments) < 3:
        sys.exit(__doc__)
    source_root, build_root = arguments[:2]
    try:
        complaints = check(source_root, build_root,
                           inputs=read_inputs(build_root, arguments[2:]))
    except (CannotCheck, OSError, subprocess.CalledProcessError) as error:
        print("circles.py: %s" % error)
        return 1
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
