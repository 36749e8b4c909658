#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Lists every codec, interface and protobuf-c descriptor that headers declare.

make_tables.py OUTPUT HEADER...

Without headers of protobuf-c the table does not need it. The oracle's list of
messages is made from what the generator emitted: a message that somebody adds
to an IDL file is in it, or the test fails.
"""

import os
import re
import sys

PUT = re.compile(r"^uint8_t \*\s*(\w+)_put_fields\(\s*struct camipc_writer "
                 r"\*w,\s*uint8_t \*p,\s*const struct \w+ \*msg\);", re.M)
TYPE = re.compile(r"^extern const struct camipc_message_type\s+(\w+);", re.M)
COPY_IN = re.compile(r"^void (\w+)_copy_in\(", re.M)
CHECK = re.compile(r"^void (\w+)_check\(", re.M)
CLEAR = re.compile(r"^void (\w+)_clear\(", re.M)
INFO = re.compile(r"^extern const struct camipc_type_info\s+(\w+);", re.M)
INTERFACE = re.compile(r"^extern const struct camipc_interface\s+(\w+);", re.M)
DESCRIPTOR = re.compile(
    r"^extern const ProtobufCMessageDescriptor (\w+);", re.M)

CHECK_WRAPPER = """
static void check_{0}(struct camipc_check *check, const void *msg)
{{
	{0}_check(check, msg);
}}
"""

# What has no rules is counted by the checks of structs that it is in, and they
# are held to their sums.
NO_CHECK = """
static void check_{0}(struct camipc_check *check, const void *msg)
{{
	(void)msg;
	camipc_check_wire(check, 4096);
}}
"""

WRAPPERS = """
static void encode_{0}(struct camipc_writer *w, const void *msg)
{{
	w->pos = {0}_put_fields(w, w->pos, msg);
}}

static void decode_{0}(struct camipc_reader *r, const uint8_t *p, void *msg)
{{
	{0}_get_fields(r, p, r->end, msg);
}}
"""

COPY_IN_WRAPPER = """
static void copy_{0}(struct camipc_arena *arena, void *msg)
{{
	{0}_copy_in(arena, msg);
}}
"""

CLEAR_WRAPPER = """
static void clear_{0}(void *msg)
{{
	{0}_clear(msg);
}}
"""


def main(output, headers):
    with_protobuf = any(name.endswith(".pb-c.h") for name in headers)
    lines = ["/* SPDX-License-Identifier: MIT */",
             "/* Made by tests/oracle/make_tables.py. Do not edit. */"]
    texts = {}
    for header in headers:
        with open(header, encoding="utf-8") as file:
            texts[os.path.basename(header)] = file.read()
    lines += ['#include "%s"' % ("oracle.h" if with_protobuf else "values.h"),
              ""]
    lines += ['#include "%s"' % name for name in sorted(texts)]
    every = "\n".join(texts.values())
    copies = set(COPY_IN.findall(every))
    clears = set(CLEAR.findall(every))
    checks = set(CHECK.findall(every))
    infos = {name[:name.rindex("_type_info")]: name
             for name in INFO.findall(every) if name.endswith("_type_info")}

    rows = []
    descriptors = []
    setups = []
    for name in sorted(texts):
        for codec in PUT.findall(texts[name]):
            lines.append((CHECK_WRAPPER if codec in checks else
                          NO_CHECK).format(codec))
            lines.append(WRAPPERS.format(codec))
            if codec in copies:
                lines.append(COPY_IN_WRAPPER.format(codec))
            if codec in clears:
                lines.append(CLEAR_WRAPPER.format(codec))
            lines.append("static struct camipc_message_type %s_made = {\n"
                         "\t.size = sizeof(struct %s),\n"
                         "\t.info = &%s,\n"
                         "\t.check = check_%s,\n"
                         "\t.encode = encode_%s,\n"
                         "\t.decode = decode_%s,\n"
                         "%s%s};" % (
                             codec, codec, infos[codec], codec, codec, codec,
                             "\t.copy = copy_%s,\n" % codec
                             if codec in copies else "",
                             "\t.clear = clear_%s,\n" % codec
                             if codec in clears else ""))
            setups.append("\t%s_made.init = %s.init;"
                          % (codec, infos[codec]))
            rows.append('\t{ "%s", &%s_made },' % (name, codec))
        for type_ in TYPE.findall(texts[name]):
            rows.append('\t{ "%s", &%s },' % (name, type_))
        descriptors += DESCRIPTOR.findall(texts[name])

    lines += ["", "const struct oracle_codec oracle_codecs[] = {"] + rows
    lines += ["\t{ NULL, NULL },", "};", ""]
    lines += ["const struct camipc_interface *const oracle_interfaces[] = {"]
    lines += ["\t&%s," % name for name in INTERFACE.findall(every)]
    lines += ["\tNULL,", "};", ""]
    if with_protobuf:
        lines += ["const ProtobufCMessageDescriptor *const "
                  "oracle_descriptors[] = {"]
        lines += ["\t&%s," % name for name in descriptors]
        lines += ["\tNULL,", "};", ""]
    lines += ["/* What constant expressions cannot say. */",
              "__attribute__((constructor)) static void set_up(void)", "{"]
    lines += setups + ["}", ""]
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
