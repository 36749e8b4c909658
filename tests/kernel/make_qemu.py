#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fetches the distribution's own kernel and prepares it for qemu.

usage: make_qemu.py

Takes the kernel's package with apt-get, without installing it, and makes an
initramfs of busybox and the modules that reach the host's files. Prints the
folder of the cache with `vmlinuz` and `initramfs`. Exits with 1 if that fails,
and with 77 if the distribution offers no kernel or busybox is missing.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import places  # noqa: E402
from cpio import Archive  # noqa: E402

# Names that depend on the newest kernel of the distribution.
META_PACKAGE = "linux-image-amd64"
BUSYBOX = "/bin/busybox"

# With all that they depend on.
MODULES = ("virtio_pci", "9pnet_virtio", "9p")

# The first script of the machine. The root becomes a real one, not a chroot, in
# which no namespace could be made.
INIT = """#!/bin/busybox sh
fail() { echo "initramfs: cannot $*"; /bin/busybox poweroff -f; }
/bin/busybox mkdir -p /proc /dev /root
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t proc proc /proc
for module in %s; do
	/bin/busybox insmod "/modules/$module" || fail "load $module"
done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,ro,cache=loose \\
	root /root || fail "mount the host's files"
for word in $(/bin/busybox cat /proc/cmdline); do
	case $word in
	init=*) program=${word#init=} ;;
	esac
done
/bin/busybox umount /proc
/bin/busybox umount /dev
exec /bin/busybox switch_root /root "$program"
"""


def say(text):
    print("kernel: " + text, file=sys.stderr, flush=True)


def package_name():
    """The package of the newest kernel, or None."""
    out = subprocess.run(["apt-cache", "depends", META_PACKAGE],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         check=False).stdout.decode()
    match = re.search(r"Depends: (linux-image-\S+)", out)
    return match.group(1) if match else None


def package_version(package):
    out = subprocess.run(["apt-cache", "policy", package],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    return re.search(r"Candidate: (\S+)", out).group(1)


def needs_of(path):
    """The names of modules that a module depends on."""
    with open(path, "rb") as file:
        match = re.search(rb"\0depends=([^\0]*)\0", file.read())
    return [name for name in match.group(1).decode().split(",") if name] \
        if match else []


def in_order(names, files):
    """The files of modules, each after those that it depends on."""
    order = []

    def visit(name):
        path = files.get(name.replace("-", "_"))
        if path is None or path in order:
            return  # built into the kernel, or there already
        for other in needs_of(path):
            visit(other)
        order.append(path)

    for name in names:
        visit(name)
    return order


def modules_of(root):
    """Module -> file, in an unpacked package."""
    pattern = os.path.join(root, "**", "lib", "modules", "**", "*.ko")
    return {os.path.basename(path)[:-3].replace("-", "_"): path
            for path in glob.glob(pattern, recursive=True)}


def make_initramfs(root, path):
    order = in_order(MODULES, modules_of(root))
    with open(path, "wb") as file:
        archive = Archive(file)
        for folder in ("bin", "modules"):
            archive.add_folder(folder)
        with open(BUSYBOX, "rb") as busybox:
            archive.add_file("bin/busybox", busybox.read(), 0o755)
        names = [os.path.basename(module) for module in order]
        for name, module in zip(names, order):
            with open(module, "rb") as content:
                archive.add_file("modules/" + name, content.read(), 0o644)
        archive.add_file("init", (INIT % " ".join(names)).encode(), 0o755)
        archive.end()


def fetch(package, new):
    """Fills a folder of the cache."""
    with tempfile.TemporaryDirectory(prefix="camipc-kernel-") as temporary:
        # apt downloads as another user where it can.
        os.chmod(temporary, 0o777)
        say("downloading %s" % package)
        subprocess.run(["apt-get", "-q", "download", package], check=True,
                       cwd=temporary, stdout=sys.stderr)
        root = os.path.join(temporary, "root")
        subprocess.run(["dpkg", "-x"]
                       + glob.glob(os.path.join(temporary, "*.deb")) + [root],
                       check=True, stdout=sys.stderr)
        kernels = glob.glob(os.path.join(root, "boot", "vmlinuz-*"))
        shutil.copy2(kernels[0], os.path.join(new, "vmlinuz"))
        make_initramfs(root, os.path.join(new, "initramfs"))


def main(arguments):
    if arguments:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    if not os.path.exists(BUSYBOX):
        say("skipped: %s is missing: install busybox-static" % BUSYBOX)
        return 77
    package = package_name()
    if not package:
        say("skipped: the distribution offers no package %s" % META_PACKAGE)
        return 77
    try:
        folder = places.debian_folder(package_version(package), INIT,
                                      *MODULES)
        with places.Making(folder) as new:
            if new:
                fetch(package, new)
    except (OSError, subprocess.CalledProcessError, IndexError) as error:
        say("cannot prepare the kernel %s: %s" % (package, error))
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
