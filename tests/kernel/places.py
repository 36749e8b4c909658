# SPDX-License-Identifier: MIT
"""Where kernels for tests are cached, and which one fits this source tree.

usage: places.py uml|qemu

Run as a program, prints the folder of the machine's kernel; exits with 1 if the
cache does not have it. A kernel's folder is named after what it was made from. Its files appear in it at
once, when all of them are complete.
"""

import fcntl
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
UML_CONFIG = os.path.join(HERE, "uml.config")
QEMU_RECIPE = os.path.join(HERE, "make_qemu.py")

# Newest first.
SOURCE_PACKAGES = ("linux-source-6.12", "linux-source-6.1")


def cache():
    """The folder for all kernels."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "camipc")


def installed_version(package):
    """The version of an installed package, or None."""
    try:
        out = subprocess.run(
            ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}",
             package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            check=False).stdout.decode()
    except OSError:
        return None
    status, _, version = out.partition(" ")
    return version if status == "installed" else None


def source():
    """(package, version, archive) of the kernel's source, or None."""
    for package in SOURCE_PACKAGES:
        version = installed_version(package)
        archive = "/usr/src/%s.tar.xz" % package
        if version and os.path.isfile(archive):
            return package, version, archive
    return None


def digest(*texts):
    """A short word that stands for these texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def as_word(version):
    """A version as a part of a file's name."""
    return re.sub(r"[^\w.+-]", "_", version)


def uml_prefix():
    """The options that User-Mode Linux is built with, as a name."""
    with open(UML_CONFIG, encoding="utf-8") as file:
        return "uml-%s-" % digest(*sorted(
            line.strip() for line in file if line.startswith("CONFIG_")))


def uml_folder(version):
    """The folder of a User-Mode Linux that is built from this version."""
    return os.path.join(cache(), uml_prefix() + as_word(version))


def find_uml():
    """The folder of a User-Mode Linux that fits this tree, or None.

    Without the source's package, the newest one that was built with the same
    options will do: a machine may have the cache of another one.
    """
    found = source()
    if found and os.path.isfile(os.path.join(uml_folder(found[1]), "linux")):
        return uml_folder(found[1])
    if found:
        return None
    candidates = glob.glob(os.path.join(cache(), uml_prefix() + "*", "linux"))
    return os.path.dirname(max(candidates, key=os.path.getmtime)) \
        if candidates else None


def debian_end():
    """What make_qemu.py does with a kernel of the distribution's, as a name."""
    with open(QEMU_RECIPE, encoding="utf-8") as file:
        return "-" + digest(file.read())


def debian_folder(version):
    """The folder of a kernel of the distribution's."""
    return os.path.join(cache(), "debian-" + as_word(version) + debian_end())


def find_debian():
    """The folder of the newest kernel of Debian's for qemu that fits this tree, or
    None."""
    candidates = glob.glob(os.path.join(cache(), "debian-*" + debian_end(),
                                        "vmlinuz"))
    return os.path.dirname(max(candidates, key=os.path.getmtime)) \
        if candidates else None


class Making:
    """Makes a folder of the cache: with Making(path) as new: fill it.

    One process at a time makes a folder. @new is None if the folder exists. A
    folder that was not completed is removed.
    """

    def __init__(self, path):
        self.path = path
        self.new = None
        self.lock = None

    def __enter__(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        self.lock = open(self.path + ".lock", "w", encoding="utf-8")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        if not os.path.isdir(self.path):
            self.new = self.path + ".new"
            shutil.rmtree(self.new, ignore_errors=True)
            os.mkdir(self.new)
        return self.new

    def __exit__(self, kind, _value, _trace):
        if self.new and kind is None:
            os.rename(self.new, self.path)
        elif self.new:
            shutil.rmtree(self.new, ignore_errors=True)
        self.lock.close()


def main(arguments):
    finders = {"uml": find_uml, "qemu": find_debian}
    if len(arguments) != 1 or arguments[0] not in finders:
        print("usage: places.py uml|qemu", file=sys.stderr)
        return 2
    folder = finders[arguments[0]]()
    if folder:
        print(folder)
    return 0 if folder else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
