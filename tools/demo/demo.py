#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Shows what camipc is for: runs one camera with its IPA in a thread and
isolated, then lets the IPA die, hang, flood and lie, and makes a page of it.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts as facts_of_run  # noqa: E402
import page  # noqa: E402

PROGRAM = "tools/demo/camipc-demo"
FOLDERS = ("ipa/softisp", "ipa/softisp/faulty")
# Real algorithms, where they could be built.
REAL_FOLDER = "examples/libcamera-ipa"
WORKER = "proxy/servant/camipc-worker"

# Those that end the demo.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Frames of the comparison: four seconds of a camera. Each light has a third.
FRAMES = 120
MIN_FRAMES = 12
MAX_FRAMES = 3000

# Most calls whose time is measured, on each side.
CALLS = 2000

INTRODUCTION = """\
The same camera twice, with its IPA in a thread and in a process of its own; then
its IPA is killed, crashes, hangs, floods and lies, while a second camera goes on.
Takes about %d s, and makes a page of what it sees."""


class Failure(Exception):
    """The demo cannot go on; @code is its exit code."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def say(text):
    """Prints text; a closed stdout is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parse(words):
    parser = argparse.ArgumentParser(
        prog="demo", description=" ".join(__doc__.split()),
        epilog="Exit codes: 0 all of it held; 1 something did not hold, or "
        "failed; 2 wrong options; 128 + n ended by signal n.")
    parser.add_argument("--photo", metavar="FILE",
                        help="a PNG or JPEG file as the scene")
    parser.add_argument("--frames", type=int, default=FRAMES, metavar="N",
                        help="frames that are compared (%d to %d; default "
                        "%d)" % (MIN_FRAMES, MAX_FRAMES, FRAMES))
    parser.add_argument("--output", metavar="FILE",
                        help="the page (default BUILD/demo/index.html)")
    parser.add_argument("--no-real", action="store_true",
                        help="leave out the Raspberry Pi's algorithms, which "
                        "run where libcamera's packages were found")
    parser.add_argument("--check", action="store_true",
                        help="check the options only; BUILD need not exist")
    parser.add_argument("build", metavar="BUILD",
                        help="a build folder with the target demo")
    options = parser.parse_args(words)
    if not MIN_FRAMES <= options.frames <= MAX_FRAMES:
        parser.error("argument --frames: %d is out of range: expected %d to "
                     "%d" % (options.frames, MIN_FRAMES, MAX_FRAMES))
    return options


def check_build(build):
    for name in (PROGRAM, WORKER) + FOLDERS:
        path = os.path.join(build, name)
        if not os.path.exists(path):
            raise Failure(2, "%s does not exist: build the target 'demo' first"
                          % path)


def check_options(options):
    """Finds mistakes before a build takes its time."""
    if options.photo is not None:
        try:
            with open(options.photo, "rb"):
                pass
        except OSError as error:
            raise Failure(2, "cannot read the photograph %s: %s"
                          % (options.photo, error.strerror)) from error
    if options.output is not None:
        os.rmdir(place_of_page(options)[1])


def place_of_page(options):
    """The page's path, and a new folder beside it for all that is temporary."""
    if options.output is not None:
        path = os.path.abspath(options.output)
    else:
        path = os.path.join(os.path.abspath(options.build), "demo",
                            "index.html")
        os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(path):
        raise Failure(2, "cannot write the page %s: it is a folder" % path)
    try:
        folder = tempfile.mkdtemp(prefix=".demo-", dir=os.path.dirname(path))
    except OSError as error:
        raise Failure(2, "cannot write to the folder %s: %s"
                      % (os.path.dirname(path), error.strerror)) from error
    return path, folder


def write_page(path, folder, facts):
    """Replaces the page by a whole one, so that two demos do not mix."""
    temporary = os.path.join(folder, "page.html")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(page.make(facts))
    os.replace(temporary, path)


def start(options, folder):
    build = os.path.abspath(options.build)
    command = [os.path.join(build, PROGRAM)]
    real = FOLDERS[-1] if options.no_real else REAL_FOLDER
    command += [os.path.join(build, name) for name in FOLDERS + (real,)]
    command += [os.path.join(build, WORKER), folder, str(options.frames),
                str(min(CALLS, 20 * options.frames)),
                str(min(15, options.frames // 3))]
    if options.photo is not None:
        command.append(options.photo)
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def follow(program, facts, path, folder):
    """Shows facts as they come. Returns the program's exit code."""
    seen = 0
    for line in program.stdout:
        try:
            text = facts.add(json.loads(line))
        except ValueError as error:
            # It died in the middle of a line.
            raise Failure(1, "camipc-demo wrote no fact: %r"
                          % line[:80]) from error
        if not text:
            continue
        if len(facts.attacks) == 1:
            say("sandbox      %s\n\n%s" % (facts.sandbox(),
                                          facts_of_run.ATTACK_HEADER))
        say(text)
        if not facts.attacks and len(facts.runs) > seen:
            # A comparison is over: there is something to look at.
            seen = len(facts.runs)
            write_page(path, folder, facts)
            if seen == 1:
                say("pictures     %s (the rest follows)" % path)
    return program.wait()


def end(program):
    """Ends the program, as Ctrl-C does; it ends its workers."""
    if program.poll() is None:
        program.send_signal(signal.SIGINT)
    program.stdout.close()
    program.wait()


def show(options, path, folder):
    facts = facts_of_run.Facts(options.photo, options.no_real)
    program = start(options, folder)
    try:
        code = follow(program, facts, path, folder)
    finally:
        end(program)
    if code < 0:
        raise Failure(1, "camipc-demo was ended by signal %d" % -code)
    if code > 1 or (code == 1 and not facts.attacks):
        return code # it has said why
    facts.is_whole = True
    write_page(path, folder, facts)
    failures = facts.failures()
    if code == 1 and not failures:
        raise Failure(1, "camipc-demo failed after its last fact")
    say("")
    say("page: %s" % path)
    say("Did NOT hold: %s" % ", ".join(failures) if failures
        else "All of it held.")
    return 1 if failures else 0


def run(options):
    check_build(options.build)
    path, folder = place_of_page(options)
    try:
        say(INTRODUCTION % (13 + options.frames // 40))
        say("")
        return show(options, path, folder)
    except OSError as error:
        raise Failure(1, "cannot write the page %s: %s"
                      % (path, error.strerror)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def on_signal(number, frame):
    del frame
    # Putting things in order is not interrupted again.
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main(words):
    for number in SIGNALS:
        signal.signal(number, on_signal)
    options = parse(words)
    try:
        check_options(options)
        return 0 if options.check else run(options)
    except Failure as failure:
        print("demo: %s" % failure, file=sys.stderr)
        return failure.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
