#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Lists every value that headers with values declare, for test_values.cpp.

make_values.py OUTPUT HEADER...
"""

import os
import re
import sys

SCOPE = re.compile(r"^namespace ([\w:]+) \{", re.M)
CODEC = re.compile(r"^struct ((\w+)Codec_) \{\n\tusing value_type = (\w+);\n"
                   r"\tusing c_type = ::(\w+);$", re.M)
# Arguments of a call are borrowed: toValue() makes none.
VALUE = re.compile(r"^inline values::(\w+) toValue\(", re.M)


def main(output, headers):
    lines = ["/* SPDX-License-Identifier: MIT */",
             "/* Made by tests/cxx/make_values.py. Do not edit. */"]
    rows = []
    for path in headers:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        lines.append('#include "%s"' % os.path.basename(path))
        scope = SCOPE.search(text).group(1)
        values = set(VALUE.findall(text))
        for codec, name, _, c_name in CODEC.findall(text):
            if name in values:
                rows.append("\ttryValue<%s::%s, %s::values::%s>(%s_type_info);"
                            % (scope, name, scope, codec, c_name))
    lines += ["", "static void tryAll()", "{"] + rows + ["}", ""]
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
