# SPDX-License-Identifier: MIT
"""Tests that camipc-gen compat judges versions as peers do: it succeeds exactly
for those that accept each other, whichever of them is the pipeline.

The peers' rule is compiled from proxy/manager/interface_fit.c.
"""

import contextlib
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "codegen"))

from camipc_gen import cli  # noqa: E402

# Reads the numbers of a module and of a pipeline, line by line, and prints
# what one says of the other.
PROGRAM = r"""
#include "interface_fit.c"
#include <stdlib.h>

int main(void)
{
	struct camipc_module_info info = { .interface_version = 0 };
	struct camipc_interface interface = { .name = "ipa.t" };
	char why[CAMIPC_FITS_WHY_SIZE];
	uint64_t mark;

	strcpy(info.interface_name, "ipa.t");
	while (scanf("%u %u %" SCNu64 " %u %u %" SCNu64,
		     &info.interface_version, &info.compatible_since, &mark,
		     &interface.version, &interface.compatible_since,
		     &interface.wire_fingerprint) == 6) {
		info.wire_fingerprint_high = (uint32_t)(mark >> 32);
		info.wire_fingerprint_low = (uint32_t)mark;
		printf("%d\n", camipc_interface_fits(&info, &interface, why));
	}
	return 0;
}
"""

TEXT = """module ipa.t;
[Version=%d%s] interface IPATInterface { init() => (int32 ret); %s };
"""

# Messages of the old version, and what a new one may make of them.
SAME, MORE, BROKEN = "poke(uint32 a);", "poke(uint32 a); prod();", \
    "poke(string a);"


def versions():
    """Each Version with each CompatibleSince, and with none."""
    for version in (1, 2, 3):
        for since in [None] + list(range(1, version + 1)):
            yield version, since


class Hello(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, version, since, body):
        text = TEXT % (version, "" if since is None
                       else ", CompatibleSince=%d" % since, body)
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def judged(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = cli.main(["compat", "--json"] + list(arguments) + [
                self.path("old.mojom"), self.path("new.mojom")])
        return status, json.loads(out.getvalue())

    def peers(self, pairs):
        """Of each pair of (version, since, fingerprint): a module and a
        pipeline."""
        with open(self.path("rule.c"), "w", encoding="utf-8") as stream:
            stream.write(PROGRAM)
        subprocess.run(
            ["cc", "-D_GNU_SOURCE", "-o", self.path("rule")] + [
                "-I" + os.path.join(ROOT, part) for part in (
                    "proxy/manager", "runtime/module", "runtime/include")] +
            [self.path("rule.c")], check=True)
        said = subprocess.run(
            [self.path("rule")], check=True, encoding="ascii",
            stdout=subprocess.PIPE, input="".join(
                "%d %d %d %d %d %d\n" % (module + pipeline)
                for module, pipeline in pairs)).stdout.split()
        self.assertEqual(len(said), len(pairs))
        return [number == "0" for number in said]

    def test_the_verdict_is_that_of_the_peers(self):
        cases, pairs = [], []
        for old, new, body in itertools.product(versions(), versions(),
                                                (SAME, MORE, BROKEN)):
            self.write("old.mojom", *old, SAME)
            self.write("new.mojom", *new, body)
            status, report = self.judged()
            one = report["interfaces"][0]
            sides = [(one[side]["version"], one[side]["compatible_since"],
                      int(one[side]["fingerprint"], 16))
                     for side in ("old", "new")]
            cases.append((old, new, body, status, one["accepted"]))
            pairs += [(sides[0], sides[1]), (sides[1], sides[0])]
        said = self.peers(pairs)
        for case, module, pipeline in zip(cases, said[::2], said[1::2]):
            old, new, body, status, accepted = case
            with self.subTest(old=old, new=new, body=body):
                self.assertEqual(module, pipeline)
                self.assertEqual(module, accepted)
                lowered = new[0] < old[0]
                self.assertEqual(status, 0 if module and body != BROKEN
                                 and not lowered else 1)

    def test_a_refusal_that_is_meant(self):
        """--allow=break accepts that peers refuse each other."""
        self.write("old.mojom", 1, None, SAME)
        for body in (SAME, MORE, BROKEN):
            self.write("new.mojom", 2, None, body)
            self.assertEqual(self.judged()[0], 1)
            self.assertEqual(self.judged("--allow=break")[0], 0)


if __name__ == "__main__":
    unittest.main()
