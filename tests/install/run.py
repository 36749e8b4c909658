#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Installs camipc, and builds against the installation as users would.

usage: run.py [--work DIR] [--skip REASON] COMPILER [TEST...]

DIR is kept, and an installation that is in it is used again.
"""

import argparse
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import installation  # noqa: E402

MODULES = ("test_layout", "test_moved", "test_consumers", "test_new",
           "test_guide", "test_build_folder", "test_cross")


def load(names):
    loader = unittest.TestLoader()
    if names:
        return loader.loadTestsFromNames(names)
    return loader.loadTestsFromNames(MODULES)


def run_tests(work, compiler, names):
    installation.INSTALLED = installation.Installation(work, compiler)
    try:
        installation.INSTALLED.install()
    except installation.Failed as failure:
        print("cannot install:\n%s" % failure)
        return 1
    result = unittest.TextTestRunner(verbosity=2).run(load(names))
    return 0 if result.wasSuccessful() else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", metavar="DIR")
    parser.add_argument("--skip", metavar="REASON")
    parser.add_argument("compiler")
    parser.add_argument("tests", nargs="*")
    arguments = parser.parse_args()
    if arguments.skip:
        print("skipped: " + arguments.skip)
        return 77
    if arguments.work:
        return run_tests(arguments.work, arguments.compiler, arguments.tests)
    with tempfile.TemporaryDirectory(prefix="camipc-install-") as work:
        return run_tests(work, arguments.compiler, arguments.tests)


if __name__ == "__main__":
    sys.exit(main())
