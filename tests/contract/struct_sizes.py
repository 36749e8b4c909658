#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the table of test_struct_sizes.c with the structs of headers.

Usage: struct_sizes.py TEST HEADER...

A struct that begins with `uint32_t size` and that somebody outside of the
library fills in must have a row there.
"""

import pathlib
import re
import sys

STRUCT = re.compile(r'^struct (camipc_\w+) \{\n(?:\t/\*(?:(?!\*/).)*\*/\n)?'
                    r'\tuint32_t size;', re.M | re.S)
ROW = re.compile(r'^\t\{ "struct (\w+)"', re.M)

# Why other structs that begin with a size have no row.
OTHERS = {
    'camipc_closed_info': 'the library fills it in',
    'camipc_host': 'the library fills it in',
    'camipc_module_entry': 'of a module: test_module_loader',
    'camipc_message_type': 'the size of another struct',
    'camipc_link_ops': 'the library alone has such tables',
}


def main(arguments):
    test, *headers = map(pathlib.Path, arguments)
    found = {name for header in headers
             for name in STRUCT.findall(header.read_text())}
    rows = set(ROW.findall(test.read_text()))
    errors = ['struct %s has no row in %s' % (name, test.name)
              for name in sorted(found - rows - set(OTHERS))]
    errors += ['struct %s was not found in a header' % name
               for name in sorted((rows | set(OTHERS)) - found)]
    print('\n'.join(errors) if errors else '%d structs' % len(found))
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
