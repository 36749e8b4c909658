#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the table of test_owner.c with the thread words of headers.

Usage: bound_functions.py TEST GENERATED HEADER...

A function that takes a proxy and has the thread word "bound" must have a row in
the table, which calls it in the wrong thread. Generated functions must reach
the proxy through such functions, or through safe ones.
"""

import pathlib
import re
import sys

FUNCTION = re.compile(r'/\*\*((?:(?!\*/).)*)\*/\s*CAMIPC_API\b([^;{]*?)'
                      r'(camipc_\w+)\s*\(([^;]*?)\)[^;()]*;', re.S)
WORD = re.compile(r'Thread\s+word:\s+(\w+)')
ROW = re.compile(r'^\t\{ "(\w+)", ', re.M)
DEFINITION = re.compile(r'^(?!static)[^\n;]*?\b(\w+)\(([^;{]*?)\)\n\{\n(.*?)^\}',
                        re.S | re.M)


def words_of(header):
    """Returns the thread word of each function that takes a proxy."""
    words = {}
    for comment, _, name, parameters in FUNCTION.findall(header):
        if 'struct camipc_proxy *' not in parameters:
            continue
        if 'ret_proxy' in parameters:
            continue
        text = re.sub(r'\n \* ?', ' ', comment)
        words[name] = WORD.findall(text)[-1]
    return words


def check_generated(source, known):
    """Returns errors of generated functions that take an IPA."""
    errors = []
    for name, parameters, body in DEFINITION.findall(source):
        if ' *ipa' not in parameters or '**ret_ipa' in parameters:
            continue
        called = set(re.findall(r'\b(camipc_(?:proxy|stop|drain)\w*)\(', body))
        through_helper = re.search(r'\b(proxy_of|refuse)_\w+\(', body)
        errors += [f'{name}() calls {one}(), which has no row'
                   for one in sorted(called - known)]
        if not called and not through_helper:
            errors.append(f'{name}() does not go through a checked function')
    return errors


def main(arguments):
    test, generated, *headers = map(pathlib.Path, arguments)
    words = {}
    for header in headers:
        words.update(words_of(header.read_text()))
    bound = {name for name, word in words.items() if word == 'bound'}
    rows = set(ROW.findall(test.read_text()))
    errors = [f'{name}() is bound, but test_owner.c has no row for it'
              for name in sorted(bound - rows)]
    errors += [f'{name}() has a row in test_owner.c, but is not bound'
               for name in sorted(rows - bound)]
    errors += check_generated(generated.read_text(), set(words))
    if len(bound) < 8 or len(words) < 15:
        errors.append('the headers were not understood')
    print('\n'.join(errors) if errors else f'{len(bound)} bound functions')
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
