#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Generates a module and a pipeline handler for each interface, in its own
types.

make_typed.py OUTPUT [-I FOLDER]... FILE.mojom...

Whatever the generator makes for an interface (invokers of ops, events and
completions, calls, emitters) has the interface's types, and fuzz targets are
written once, over the descriptor. What is emitted here stands between: an op
that packs its parameters and asks fuzz_op(), an event function that packs its
own and tells fuzz_event(), a call that unpacks what a target drew. A method
that somebody adds to an IDL file is fuzzed because it is there.
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)),
                                "codegen"))

from camipc_gen.c.fixed import FixedSlot  # noqa: E402
from camipc_gen.c.model import Model  # noqa: E402
from camipc_gen.output.view import ModuleView  # noqa: E402
from camipc_gen.compiler import compile_files  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402


def block(head, lines):
    return [head, "{"] + ["\t" + line if line else "" for line in lines] + [
        "}", ""]


def pack(method):
    """Statements that put the parameters into args."""
    return ["memset(&args, 0, sizeof(args));"] + [
        "args.%s;" % assignment for assignment in method.assignments
    ] + method.copies


def unpack(slots, of):
    """The arguments of a call; no struct is there if one is missing."""
    arguments = []
    for slot in slots:
        for argument in slot.arguments(of):
            arguments.append("missing ? NULL : " + argument
                             if slot.is_struct_parameter else argument)
    return arguments


def has_structs(method):
    """Whether some argument can be missing. What was generated tests for it,
    or the engine."""
    return any(slot.is_struct_parameter for slot in method.slots)


def take_outs(method):
    """Statements that read what the op was given as outputs."""
    lines = []
    for slot in method.out_slots:
        if isinstance(slot, FixedSlot):
            lines.append("memcpy(outs.{0}, ret_{0}, sizeof(outs.{0}));".format(
                slot.name))
        else:
            lines += ["outs.%s = *%s;" % (member, target)
                      for target, member in slot.results()]
    return lines


def give_outs(method):
    lines = []
    for slot in method.out_slots:
        if isinstance(slot, FixedSlot):
            lines.append("memcpy(ret_{0}, outs.{0}, sizeof(outs.{0}));".format(
                slot.name))
        else:
            lines += ["*%s = outs.%s;" % result for result in slot.results()]
    return lines


def wanted_outs(method):
    """Where a call puts its outputs: each one wanted or not."""
    arguments = []
    for i, slot in enumerate(method.out_slots):
        for argument in slot.out_arguments("outs"):
            arguments.append("wanted & 1u << %d ? %s : NULL" % (i % 32,
                                                                argument))
    return arguments


def reference(name, is_there):
    return "&" + name if is_there else "NULL"


class Face:
    """What is emitted for one interface."""

    def __init__(self, interface):
        self.view = interface
        self.prefix = interface.prefix

    def name(self, what, method):
        return "%s_%s_%s" % (what, self.prefix, method.name)

    # ---- the module

    def op(self, row, method):
        outs = method.outs
        lines = []
        if method.args:
            lines.append("struct %s args;" % method.args.c_name)
        if outs:
            lines.append("struct %s outs;" % outs.c_name)
        lines += [""] if lines else []
        if method.args:
            lines += pack(method)
        if outs:
            lines += ["memset(&outs, 0, sizeof(outs));"] + take_outs(method)
        lines.append("fuzz_op(%d, ipa, %s, %s);" % (
            row, reference("args", method.args), reference("outs", outs)))
        lines += give_outs(method)
        if method.returns_int32:
            lines.append("return outs.ret;")
        return block("static %s %s(%s)" % (
            method.op_type, self.name("op", method), ", ".join(
                ["void *ipa"] + method.parameters + method.out_parameters)),
            lines)

    def emit(self, event):
        lines = []
        if event.args:
            lines += ["const struct %s *args = data;" % event.args.c_name, ""]
        else:
            lines.append("(void)data;")
        if not has_structs(event):
            lines.append("(void)missing;")
        lines.append("return %s_emit_%s(%s);" % (
            self.prefix, event.name,
            ", ".join(["host"] + unpack(event.slots, "args"))))
        return block("static int %s(struct camipc_host *host, "
                     "const void *data, bool missing)"
                     % self.name("emit", event), lines)

    # ---- the pipeline handler

    def event(self, row, event):
        lines = []
        if event.args:
            lines += ["struct %s args;" % event.args.c_name, ""] + pack(event)
        lines.append("fuzz_event(%d, user, %s);" % (
            row, reference("args", event.args)))
        return block("static void %s(%s)" % (
            self.name("event", event),
            ", ".join(["void *user"] + event.parameters)), lines)

    def done(self, method):
        outs = ", const struct %s *outs" % method.outs.c_name \
            if method.has_outs else ""
        return block("static void %s(void *user, int ret%s)" % (
            self.name("done", method), outs),
            ["fuzz_done(user, ret, %s);" % ("outs" if outs else "NULL")])

    def call(self, method, begin):
        lines = []
        if method.args:
            lines.append("const struct %s *args = data;" % method.args.c_name)
        if method.has_outs and not begin:
            lines.append("struct %s *outs = result;" % method.outs.c_name)
        lines += [""] if lines else []
        if not method.args:
            lines.append("(void)data;")
        if not has_structs(method):
            lines.append("(void)missing;")
        if not method.has_outs and not begin:
            lines += ["(void)result;", "(void)wanted;"]
        arguments = ["ipa"] + unpack(method.slots, "args")
        if begin:
            arguments += [self.name("done", method), "user"]
        else:
            arguments += wanted_outs(method)
        lines.append("return %s_%s%s(%s);" % (
            self.prefix, method.name, "_begin" if begin else "",
            ", ".join(arguments)))
        if begin:
            return block("static int %s(void *ipa, const void *data, bool "
                         "missing, void *user)" % self.name("begin", method),
                         lines)
        return block("static int %s(void *ipa, const void *data, bool "
                     "missing, void *result, uint32_t wanted)"
                     % self.name("call", method), lines)

    def create(self):
        prefix = self.prefix
        return block(
            "static int create_%s(const struct camipc_match *match, "
            "bool quiet, void *user, void **ret_ipa)" % prefix, [
                "struct %s *ipa = NULL;" % prefix,
                "int ret;",
                "",
                "ret = %s_create(NULL, match, quiet ? &quiet_%s : &events_%s, "
                "user, &ipa);" % (prefix, prefix, prefix),
                "*ret_ipa = ipa;",
                "return ret;",
            ]) + block("static void destroy_%s(void *ipa)" % prefix, [
                "%s_destroy(ipa);" % prefix,
            ]) + block("static int dispatch_%s(void *ipa)" % prefix, [
                "return %s_dispatch(ipa);" % prefix,
            ]) + block("static struct camipc_proxy *proxy_%s(void *ipa)"
                       % prefix, ["return %s_get_proxy(ipa);" % prefix])

    # ---- tables

    def table(self, head, rows):
        return [head + " = {"] + ["\t%s," % row for row in rows] + ["};", ""]

    def event_tables(self):
        prefix = self.prefix
        size = ".size = sizeof(struct %s_events)" % prefix
        closed = ".closed = fuzz_closed"
        return self.table(
            "static const struct %s_events events_%s" % (prefix, prefix),
            [size] + [".%s = %s" % (event.member, self.name("event", event))
                      for event in self.view.events] + [closed]
        ) + self.table(
            "static const struct %s_events quiet_%s" % (prefix, prefix),
            [size, closed])

    def rows(self):
        prefix = self.prefix
        lines = self.table(
            "static const struct %s_ops ops_%s" % (prefix, prefix),
            [".size = sizeof(struct %s_ops)" % prefix] + [
                ".%s = %s" % (method.member, self.name("op", method))
                for method in self.view.methods])
        lines += self.table(
            "static const struct fuzz_method methods_%s[]" % prefix,
            ["{ %s, %s, %s }" % (
                self.name("call", method),
                self.name("begin", method) if method.is_sync else "NULL",
                "true" if has_structs(method) else "false")
             for method in self.view.by_id])
        if self.view.events:
            lines += self.table(
                "static const struct fuzz_emitter emitters_%s[]" % prefix,
                ["{ %s, %s }" % (self.name("emit", event),
                                 "true" if has_structs(event) else "false")
                 for event in self.view.events_by_id])
        return lines

    def face(self, name):
        prefix = self.prefix
        return self.table("static const struct fuzz_face face_%s" % prefix, [
            '.name = "%s"' % name,
            ".interface = &%s_interface" % prefix,
            ".invoke = %s_invoke" % prefix,
            ".ops = &ops_%s" % prefix,
            ".missing_op = %s_missing_op" % prefix,
            ".methods = methods_%s" % prefix,
            ".emitters = " + ("emitters_" + prefix if self.view.events
                              else "NULL"),
            ".create = create_%s" % prefix,
            ".destroy = destroy_%s" % prefix,
            ".dispatch = dispatch_%s" % prefix,
            ".get_proxy = proxy_%s" % prefix,
        ])

    def text(self, name):
        lines = ["/* ---- %s ---- */" % self.view.interface.name, ""]
        for row, method in enumerate(self.view.by_id):
            lines += self.op(row, method)
        for row, event in enumerate(self.view.events_by_id):
            lines += self.emit(event) + self.event(row, event)
        lines += self.event_tables()
        for method in self.view.by_id:
            lines += self.call(method, False)
            if method.is_sync:
                lines += self.done(method) + self.call(method, True)
        return lines + self.create() + self.rows() + self.face(name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("-I", dest="folders", action="append", default=[])
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    compiled = compile_files(arguments.files,
                             Options(tuple(arguments.folders), (), (), ()))
    model = Model(compiled.program)
    lines = ["/* SPDX-License-Identifier: MIT */",
             "/* Made by tests/fuzz/make_typed.py. Do not edit. */",
             "#include <string.h>", "", '#include "typed.h"', ""]
    faces = []
    texts = []
    for module in compiled.inputs:
        if not module.interfaces:
            continue
        view = ModuleView(compiled.program, model, module)
        lines += ['#include "%s_ipa_%s.h"' % (module.stem, part)
                  for part in ("proxy", "serializer", "worker")]
        for interface in view.interfaces:
            # The first one needs no name among targets.
            texts += Face(interface).text(
                interface.interface.core.lower() if faces else "")
            faces.append("&face_" + interface.prefix)
    lines += [""] + texts
    lines += ["const struct fuzz_face *const fuzz_faces[] = {"]
    lines += ["\t%s," % face for face in faces] + ["\tNULL,", "};", ""]
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main()
