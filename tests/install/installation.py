# SPDX-License-Identifier: MIT
"""One installation of camipc, which all tests of this folder share.

It is made as HACKING.md says: the commands are taken from there.
"""

import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# Minutes would do; a loaded machine gets more.
TIMEOUT_S = 1200


def guide():
    """The commands of the guide in HACKING.md, block by block."""
    with open(os.path.join(ROOT, "HACKING.md"), encoding="utf-8") as file:
        text = file.read()
    section = text.split("\n## An own IPA, outside of this tree\n")[1]
    section = section.split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S)


class Failed(Exception):
    """A command failed; what it printed."""


def run(command, cwd, env):
    """What a command prints on both streams; Failed if it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, timeout=TIMEOUT_S,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise Failed("%s\n%s\nexit status %d" % (
            " ".join(command), text, done.returncode))
    return text


class Installation:
    """Where things are, and commands that know nothing else."""

    def __init__(self, work, compiler):
        self.work = os.path.realpath(work)
        self.home = os.path.join(self.work, "home")
        self.prefix = os.path.join(self.home, "camipc")
        self.build = os.path.join(self.home, "camipc-build")
        self.compiler = compiler

    def install(self):
        """Runs the guide's first block, unless that was done before."""
        if os.path.isdir(self.prefix):
            return
        os.makedirs(self.home)
        env = dict(os.environ, HOME=self.home, CC=self.compiler)
        run(["/bin/sh", "-euc", guide()[0]], ROOT, env)

    def env(self):
        """Nothing of the caller's, as in a shell after the guide's exports."""
        return {
            "PATH": "%s/bin:/usr/bin:/bin" % self.prefix,
            "HOME": self.home,
            "CC": self.compiler,
            "PKG_CONFIG_PATH": os.path.join(self.prefix, "lib", "pkgconfig"),
            "LD_LIBRARY_PATH": os.path.join(self.prefix, "lib"),
        }

    def run(self, *command, cwd=None, **more):
        env = self.env()
        env.update(more)
        return run(command, cwd or self.work, env)

    def variable(self, package, name):
        return self.run("pkg-config", "--variable=" + name, package).strip()

    def exports(self, shared_object):
        symbols = self.run("nm", "--dynamic", "--defined-only",
                           "--format=posix", shared_object)
        return [line.split()[0] for line in symbols.splitlines()]

    def files(self, root=None):
        """Paths of what was installed, from the prefix on."""
        root = root or self.prefix
        return sorted(os.path.relpath(os.path.join(folder, name), root)
                      for folder, _, names in os.walk(root)
                      for name in names)


# Set by run.py.
INSTALLED = None
