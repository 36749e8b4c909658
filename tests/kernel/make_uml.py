#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Builds a User-Mode Linux for the suite `kernel`, unless the cache has it.

usage: make_uml.py [--jobs N]

Takes the kernel's source from the distribution's package linux-source-6.12, or
linux-source-6.1, and the options in uml.config. Prints the folder with the
program `linux`. Exits with 1 if an option was dropped or the build failed, and
with 77 if neither package is installed, or this is no x86-64.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import places  # noqa: E402

# Sources that no option of ours compiles; without them, unpacking takes half the
# time. Their Kconfig files and makefiles are read all the same.
LEFT_OUT = ("*/drivers/gpu/drm/*.[ch]", "*/drivers/net/ethernet/*.[ch]",
            "*/drivers/net/wireless/*.[ch]", "*/sound/*.[ch]",
            "*/Documentation/*.rst", "*/arch/*.dts", "*/arch/*.dtsi",
            "*/tools/testing/*")

# Options that an older kernel lacks, and what tests then do not see. A newer
# kernel that drops one of them fails like any other option.
LOST_IN_6_1 = {
    "CONFIG_SECURITY_LANDLOCK": "no Landlock: User-Mode Linux cannot have it",
    "CONFIG_UDMABUF": "no udmabuf: User-Mode Linux cannot have it",
}

SAME_EVERYWHERE = {
    "KBUILD_BUILD_USER": "camipc",
    "KBUILD_BUILD_HOST": "camipc",
    "KBUILD_BUILD_TIMESTAMP": "2000-01-01",
}


def say(text):
    print("kernel: " + text, file=sys.stderr, flush=True)


def read_options(path):
    """Option -> value of a configuration; options that are not set are "n"."""
    options = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = re.match(r"(CONFIG_\w+)=(.*)$", line)
            unset = re.match(r"# (CONFIG_\w+) is not set$", line)
            if match:
                options[match.group(1)] = match.group(2)
            elif unset:
                options[unset.group(1)] = "n"
    return options


def dropped(wanted, got):
    """The options that the kernel did not take, with their values."""
    return ["%s=%s" % (name, value) for name, value in sorted(wanted.items())
            if got.get(name, "n") != value]


def judge(missing, is_old):
    """Returns the options that must not be missing; names the others."""
    fatal = []
    for option in missing:
        name = option.partition("=")[0]
        if is_old and name in LOST_IN_6_1:
            say("lost with this kernel: %s" % LOST_IN_6_1[name])
        else:
            fatal.append(option)
    return fatal


def run(command, **options):
    subprocess.run(["nice"] + command, check=True, stdout=sys.stderr, **options)


def unpack(archive, folder):
    run(["tar", "-xf", archive, "-C", folder, "--strip-components=1"]
        + ["--exclude=" + pattern for pattern in LEFT_OUT])


def configure(make, out, is_old):
    """Makes the configuration. Returns 0, or 1 if an option was dropped."""
    environment = dict(os.environ, KCONFIG_ALLCONFIG=places.UML_CONFIG)
    run(make + ["allnoconfig"], env=environment)
    got = read_options(os.path.join(out, ".config"))
    fatal = judge(dropped(read_options(places.UML_CONFIG), got), is_old)
    for option in fatal:
        say("the kernel's configuration dropped %s: find out what it depends "
            "on (make ARCH=um menuconfig, '/'), and add that to %s" % (
                option, os.path.relpath(places.UML_CONFIG)))
    return 1 if fatal else 0


def build(package, archive, new, jobs):
    """Builds the kernel into the folder @new. Returns an exit code."""
    is_old = package != places.SOURCE_PACKAGES[0]
    with tempfile.TemporaryDirectory(prefix="camipc-kernel-") as temporary:
        tree = os.path.join(temporary, "source")
        out = os.path.join(temporary, "out")
        os.mkdir(tree)
        os.mkdir(out)
        say("unpacking %s" % archive)
        unpack(archive, tree)
        make = ["make", "-s", "-C", tree, "ARCH=um", "O=" + out,
                "-j%d" % jobs]
        if configure(make, out, is_old):
            return 1
        say("building User-Mode Linux")
        run(make + ["linux"], env=dict(os.environ, **SAME_EVERYWHERE))
        for name in ("linux", ".config"):
            shutil.copy2(os.path.join(out, name),
                         os.path.join(new, name.lstrip(".")))
    return 0


class Failed(Exception):
    """Leaves the folder of the cache unfinished."""


def main(arguments):
    jobs = 2
    if arguments[:1] == ["--jobs"] and len(arguments) == 2 \
            and arguments[1].isdigit():
        jobs = int(arguments[1])
    elif arguments:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    if platform.machine() != "x86_64":
        say("skipped: User-Mode Linux exists for x86-64 only")
        return 77
    source = places.source()
    if not source:
        say("skipped: no kernel source: none of these packages is installed: "
            + " ".join(places.SOURCE_PACKAGES))
        return 77
    package, version, archive = source
    folder = places.uml_folder(version)
    began = time.monotonic()
    try:
        with places.Making(folder) as new:
            if new:
                if build(package, archive, new, jobs):
                    raise Failed()
                say("built %s %s in %d s" % (
                    package, version, time.monotonic() - began))
    except Failed:
        return 1
    except (OSError, subprocess.CalledProcessError) as error:
        say("cannot build the kernel: %s" % error)
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
