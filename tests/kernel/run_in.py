#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs a command in a machine of its own, with another kernel.

usage: run_in.py --machine uml|qemu --init PROGRAM [--boot WORD]...
                 [--keep FOLDER]... [--timeout SECONDS] [--terminal] -- COMMAND...

The machine's root is this machine's own, read-only; /tmp is empty but for the
folders to keep. Exits with the command's exit code; with 77, and a line
"skipped: ...", if the kernel is not in the cache; with 1 if the machine does not
end in time.
--boot adds a word to the kernel's command line. --terminal gives the command
this terminal, and no limit of time.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import places  # noqa: E402

SKIPPED = 77
# More than the hostile module takes; only what is used is ever allocated.
MEMORY_MIB = 3072

# What the tests of this tree read from the environment.
PASSED_ON = ("CAMIPC_", "MESON_TEST_ITERATION", "ASAN_OPTIONS", "LSAN_OPTIONS",
             "TSAN_OPTIONS", "UBSAN_OPTIONS")

# The last lines of the kernel's own messages that are worth reading.
LOG_LINES = 30


def script(command, machine):
    """What the machine's first process runs, as text."""
    lines = ["cd %s || exit 125" % shlex.quote(os.getcwd()),
             "export CAMIPC_TEST_MACHINE=%s" % machine]
    for name, value in sorted(os.environ.items()):
        if name.startswith(PASSED_ON):
            lines.append("export %s=%s" % (name, shlex.quote(value)))
    lines.append("exec " + " ".join(map(shlex.quote, command)))
    return "\n".join(lines) + "\n"


def words_of_init(options, work):
    """The variables that machine_init.c reads."""
    words = ["CAMIPC_MACHINE=" + options.machine, "CAMIPC_WORK=" + work]
    if options.keep:
        words.append("CAMIPC_KEEP=" + ":".join(options.keep))
    if options.terminal:
        words.append("CAMIPC_TERMINAL=1")
    return words


def uml_command(folder, options, work):
    """User-Mode Linux, as a command; its memory is a file in the work folder."""
    console = ["con=null", "ssl=null", "console=stderr0"]
    if options.terminal:
        console = ["con=null", "con0=fd:0,fd:1", "ssl=null", "console=tty0"]
    return [os.path.join(folder, "linux"), "mem=%dM" % MEMORY_MIB,
            "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
            "init=" + options.init, "panic=-1"] + console + options.boot \
        + words_of_init(options, work)


def qemu_command(folder, options, work):
    """qemu without KVM, which is missing on many machines that run tests."""
    share = "local,security_model=none,multidevs=remap"
    append = ["console=ttyS0", "quiet", "panic=-1", "init=" + options.init]
    return ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max",
            "-m", str(MEMORY_MIB), "-smp", "1", "-nographic", "-no-reboot",
            "-nodefaults", "-serial", "stdio",
            "-kernel", os.path.join(folder, "vmlinuz"),
            "-initrd", os.path.join(folder, "initramfs"),
            "-virtfs", share + ",path=/,mount_tag=root,readonly=on",
            "-virtfs", share + ",path=%s,mount_tag=work" % work,
            "-append", " ".join(append + options.boot
                                + words_of_init(options, work))]


MACHINES = {
    "uml": (places.find_uml, uml_command, "./dev kernel"),
    "qemu": (places.find_debian, qemu_command, "./dev kernel --qemu"),
}


def missing(options):
    """Says that there is no kernel. Returns the exit code."""
    print("skipped: no kernel for the machine %s is in %s; %s makes one" % (
        options.machine, places.cache(), MACHINES[options.machine][2]))
    return SKIPPED


def run(command, options, log):
    """Runs the machine until it is off. Returns False if it was stopped."""
    # Its folder for memory; /dev/shm of a container may be small.
    environment = dict(os.environ, TMPDIR=os.path.dirname(log))
    with open(log, "wb") as out:
        machine = subprocess.Popen(
            command, env=environment, start_new_session=not options.terminal,
            stdin=None if options.terminal else subprocess.DEVNULL,
            stdout=None if options.terminal else out,
            stderr=None if options.terminal else out)
    try:
        machine.wait(timeout=None if options.terminal else options.timeout)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        if machine.poll() is None:
            os.killpg(machine.pid, signal.SIGKILL)
            machine.wait()


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def report(ended, options, work, log):
    """Prints what the command printed. Returns the exit code."""
    sys.stdout.write(read_text(os.path.join(work, "output")))
    code = read_text(os.path.join(work, "code")).strip()
    if code:
        return int(code)
    print("failed: %s; the last lines of its log:" % (
        "the machine stopped before the command had ended" if ended else
        "the machine was stopped after %d s" % options.timeout))
    print("\n".join(read_text(log).splitlines()[-LOG_LINES:]))
    return 1


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("--machine", choices=sorted(MACHINES), required=True)
    parser.add_argument("--init", required=True)
    parser.add_argument("--boot", action="append", default=[])
    parser.add_argument("--keep", action="append", default=[])
    parser.add_argument("--timeout", type=int, default=300)
    parser.add_argument("--terminal", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    find, command_of, _ = MACHINES[options.machine]
    folder = find()
    if not folder:
        return missing(options)
    options.init = os.path.abspath(options.init)
    options.keep = [os.path.realpath(path) for path in options.keep]
    with tempfile.TemporaryDirectory(prefix="camipc-machine-") as temporary:
        work = os.path.join(temporary, "work")
        log = os.path.join(temporary, "log")
        os.mkdir(work)
        with open(os.path.join(work, "run.sh"), "w", encoding="utf-8") as file:
            file.write(script(options.command, options.machine))
        ended = run(command_of(folder, options, work), options, log)
        return report(ended, options, work, log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
