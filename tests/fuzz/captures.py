#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Captures sessions with IPAs in worker processes, for fuzz targets.

captures.py BUILD

As a program, a test: records the sessions, and has each target try the inputs
that it makes of them. fuzz.py takes the same sessions as seeds.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import recordings  # noqa: E402

# Interface, and the words behind the program that talks to its module.
SESSIONS = {
    "softisp": ["capture", "--isolation", "process", "--frames", "12",
                "--size", "96x64", "--light", "0=1@5000,4=4@3000",
                "--control", "AeEnable=off"],
    "vimc": ["process"],
    "echo": ["process"],
    "echo-fds": ["process"],
}


def record(build, folder):
    """Runs every session; returns the captures of each interface."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    captures = {}
    for name, words in SESSIONS.items():
        command = [os.path.join(build, "tests", "fuzz", "record-" + name)]
        command += words
        if name == "softisp":
            command += ["--record", recording_of(folder)]
            command += ["--module-path", os.path.join(build, "ipa", "softisp"),
                        "--worker",
                        os.path.join(build, "proxy", "servant",
                                     "camipc-worker")]
        prefix = os.path.join(folder, name)
        done = subprocess.run(
            command, env=dict(os.environ, CAMIPC_TEST_RECORD=prefix),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        found = sorted(glob.glob(prefix + "-[0-9]*.capture"))
        if done.returncode != 0 or not found:
            sys.exit("%s: returned %d, and made %d captures\n%s" % (
                " ".join(command), done.returncode, len(found),
                done.stdout.decode(errors="replace")))
        captures.setdefault(name.split("-")[0], []).extend(found)
    captures["runtime"] = [path for found in captures.values()
                           for path in found]
    return captures


def recording_of(folder):
    return os.path.join(folder, "softisp.rec")


def convert_recording(folder):
    """The same session as a recorder sees it; wrong files are refused."""
    with open(recording_of(folder), "rb") as opened:
        data = opened.read()
    item = data.index(b"softisp\x07\0process")  # in the state of the proxy
    wrong = {
        "nothing": b"", "text": b"x" * 100, "no messages": data[:20],
        "other version": data[:8] + b"\2" + data[9:],
        "no such interface": data[:item - 22] + b"\x7f" + data[item - 21:],
    }
    for name, contents in wrong.items():
        path = os.path.join(folder, "wrong.rec")
        with open(path, "wb") as opened:
            opened.write(contents)
        try:
            recordings.convert(path, os.path.join(folder, "wrong"))
        except recordings.WrongRecording as error:
            print("%-18s refused: %s" % (name, error))
        else:
            sys.exit("the wrong recording '%s' was taken" % name)
    return recordings.convert(recording_of(folder),
                              os.path.join(folder, "converted"))


def try_all(build, captures):
    """Each target of a captured interface takes something from a capture."""
    failed = False
    for name, paths in captures.items():
        replay = os.path.join(build, "tests", "fuzz", "replay-" + name)
        targets = subprocess.run(
            [replay, "--list"], check=True,
            stdout=subprocess.PIPE).stdout.decode().split()
        for target in targets:
            if target in ("note", "log", "recording", "ring", "trust"):
                continue        # reads files, lines or memory, not messages
            done = subprocess.run([replay, target] + paths,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            text = done.stdout.decode(errors="replace")
            inputs = sum(int(n) for n in
                         re.findall(r"\.capture: (\d+) inputs", text))
            large = sum(int(n) for n in
                        re.findall(r"(\d+) messages too large", text))
            fine = done.returncode == 0 and inputs > 0
            print("%-8s %-9s %4d inputs, %3d messages too large  %s" % (
                name, target, inputs, large, "ok" if fine else "FAILED"))
            if not fine:
                print(text[-2000:])
                failed = True
    return failed


def main():
    build = os.path.abspath(sys.argv[1])
    folder = os.path.join(build, "tests", "fuzz", "captures")
    failed = try_all(build, record(build, folder))
    failed |= try_all(build, convert_recording(folder))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
