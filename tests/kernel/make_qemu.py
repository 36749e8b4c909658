#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fetches the distribution's own kernel and prepares it for qemu.

usage: make_qemu.py

Takes packages of the kernel with apt-get, without installing them, and makes an
initramfs of busybox, the modules that reach the host's files, and two drivers of
cameras that need no hardware: vivid is the distribution's, vimc is built from its
source. Prints the folder of the cache with `vmlinuz` and `initramfs`. Exits with 1
if that fails, and with 77 if the distribution offers no kernel or busybox is missing.
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

# With all that they depend on. Cameras are loaded if the kernel's command line has
# the word "cameras".
MODULES = ("virtio_pci", "9pnet_virtio", "9p")
CAMERAS = ("vivid", "vimc")

# The driver that the distribution does not build, in the kernel's source.
VIMC = "drivers/media/test-drivers/vimc"

# The first script of the machine. The root becomes a real one, not a chroot, in
# which no namespace could be made.
INIT = """#!/bin/busybox sh
fail() { echo "initramfs: cannot $*"; /bin/busybox poweroff -f; }
/bin/busybox mkdir -p /proc /dev /root
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t proc proc /proc
load() {
	/bin/busybox insmod "/modules/$@" || fail "load $1"
}
for module in %s; do
	load "$module"
done
cameras=no
vivid=
for word in $(/bin/busybox cat /proc/cmdline); do
	case $word in
	init=*) program=${word#init=} ;;
	cameras) cameras=yes ;;
	vivid.*) vivid="$vivid ${word#vivid.}" ;;
	esac
done
[ $cameras = no ] || for module in %s; do
	case $module in
	vivid.ko) load $module $vivid ;;
	*) load "$module" ;;
	esac
done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,ro,cache=loose \\
	root /root || fail "mount the host's files"
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
    """The version that apt would take, or None."""
    out = subprocess.run(["apt-cache", "policy", package],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    match = re.search(r"Candidate: (\S+)", out)
    return match.group(1) if match else None


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


def make_initramfs(root, vimc, path):
    """Without the path of vimc, there are no cameras."""
    files = modules_of(root)
    files["vimc"] = vimc
    needed = in_order(MODULES, files)
    order = in_order(MODULES + (CAMERAS if vimc else ()), files)
    with open(path, "wb") as file:
        archive = Archive(file)
        for folder in ("bin", "modules"):
            archive.add_folder(folder)
        with open(BUSYBOX, "rb") as busybox:
            archive.add_file("bin/busybox", busybox.read(), 0o755)
        for module in order:
            with open(module, "rb") as content:
                archive.add_file("modules/" + os.path.basename(module),
                                 content.read(), 0o644)
        lists = [" ".join(map(os.path.basename, modules))
                 for modules in (needed, order[len(needed):])]
        archive.add_file("init", (INIT % tuple(lists)).encode(), 0o755)
        archive.end()


def headers_of(package):
    """The packages that modules for a kernel are built with."""
    headers = package.replace("-image-", "-headers-")
    out = subprocess.run(["apt-cache", "depends", headers],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    return [headers] + re.findall(
        r"Depends: (linux-(?:headers|kbuild)-\S+)", out)


def source_of(package):
    """The package of a kernel's source: linux-image-6.1.0-… has linux-source-6.1."""
    return "linux-source-" + re.search(r"-(\d+\.\d+)", package).group(1)


def of_another_version(packages):
    """The first package whose version is not that of the first one, or None."""
    version = package_version(packages[0])
    for package in packages:
        if package_version(package) != version:
            return package
    return None


def unpack(packages, root):
    """Downloads packages into a folder."""
    with tempfile.TemporaryDirectory(prefix="camipc-kernel-") as temporary:
        # apt downloads as another user where it can.
        os.chmod(temporary, 0o777)
        say("downloading " + ", ".join(packages))
        subprocess.run(["apt-get", "-q", "download"] + packages, check=True,
                       cwd=temporary, stdout=sys.stderr)
        for archive in glob.glob(os.path.join(temporary, "*.deb")):
            subprocess.run(["dpkg", "-x", archive, root], check=True,
                           stdout=sys.stderr)


def make_vimc(package, root):
    """Builds the driver out of its tree. Returns the module's path."""
    source = source_of(package)
    folder = os.path.join(root, "usr", "src")
    say("building vimc")
    subprocess.run(["tar", "-xJf", os.path.join(folder, source + ".tar.xz"),
                    "-C", folder, "%s/%s" % (source, VIMC)], check=True,
                   stdout=sys.stderr)
    headers = os.path.join(folder, package.replace("image", "headers"))
    makefile = os.path.join(headers, "Makefile")
    with open(makefile, encoding="utf-8") as file:
        text = file.read()
    # It includes the other packages' files from where they are installed.
    with open(makefile, "w", encoding="utf-8") as file:
        file.write(text.replace("/usr/src/", folder + "/"))
    vimc = os.path.join(folder, source, VIMC)
    subprocess.run(["make", "-s", "-C", headers, "M=" + vimc,
                    "CONFIG_VIDEO_VIMC=m", "modules"], check=True,
                   stdout=sys.stderr)
    return os.path.join(vimc, "vimc.ko")


def fetch(package, new):
    """Fills a folder of the cache."""
    needs = [package, source_of(package)] + headers_of(package)
    other = of_another_version(needs)
    with tempfile.TemporaryDirectory(prefix="camipc-kernel-") as root:
        if other:
            say("WARNING: this kernel has no cameras, and their tests are "
                "skipped: the distribution does not offer %s in its version"
                % other)
        unpack([package] if other else needs, root)
        kernels = glob.glob(os.path.join(root, "boot", "vmlinuz-*"))
        shutil.copy2(kernels[0], os.path.join(new, "vmlinuz"))
        make_initramfs(root, None if other else make_vimc(package, root),
                       os.path.join(new, "initramfs"))


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
        folder = places.debian_folder(package_version(package))
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
