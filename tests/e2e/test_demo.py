#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What ./dev demo runs: its page and its verdict, what it refuses, and how it
ends.

usage: test_demo.py DEMO BUILD SANITIZED HAVE_IMAGES
"""

import html.parser
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

DEMO, BUILD = (os.path.abspath(path) for path in sys.argv[1:3])
SANITIZED = sys.argv[3] != "none"
HAVE_IMAGES = sys.argv[4] == "true"
FAULTY = os.path.join(BUILD, "ipa", "softisp", "faulty", "faulty.so")
LIMIT = 120  # seconds, for what ends by itself

ATTACKS = {
    "killed": ("signaled", "-EPIPE"),
    "restart": ("none", "0"),
    "crash": ("signaled", "-EPIPE"),
    "hang": ("watchdog", "-EPIPE"),
    "flood-log": ("none", "0"),
    "flood-events": ("bad-limit", "-EPIPE"),
    "garbage": ("bad-protocol", "-EPIPE"),
    "bad-body": ("bad-message", "-EPIPE"),
    "escape": ("none", "0"),
    "fork": ("sandbox", "-EPIPE"),
    "wild-values": ("none", "-EBADMSG"),
}
NEED_SANDBOX = ("escape", "fork")
LAYERS = ("privileges", "files", "calls", "seal")


def start_all(*words, **options):
    return subprocess.Popen(["/usr/bin/python3", DEMO, *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            universal_newlines=True, **options)


def start(*words, **options):
    # The suite examples tests real algorithms, with the time that they need.
    return start_all("--no-real", *words, **options)


def has_lines(path):
    """Whether a file says from which lines its code comes."""
    with open(path, "rb") as file:
        return b".debug_line\0" in file.read()


def descendants(pid):
    """The processes below a process."""
    found = []
    try:
        tasks = os.listdir("/proc/%d/task" % pid)
        for task in tasks:
            with open("/proc/%d/task/%s/children" % (pid, task)) as file:
                found += [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found + [below for child in found for below in descendants(child)]


class Page(html.parser.HTMLParser):
    """Notes tags that are open, what a page links to, and its facts."""

    VOID = ("meta", "img", "br", "line", "polyline", "polygon")

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.links = []
        self.pictures = []
        self.facts = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name == "src" and value.startswith("data:image/png;base64,"):
                self.pictures.append(value)
            elif name in ("src", "href"):
                self.links.append(value)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError("</%s> is not open" % tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.facts = json.loads(data)


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def finish(self, process):
        out, err = process.communicate(timeout=LIMIT)
        return process.returncode, out, err

    def fails(self, code, words, *parts, **options):
        """A run that fails with this code, and a last line with these parts."""
        status, _, err = self.finish(start(*words, **options))
        self.assertEqual(status, code, (words, err))
        line = err.splitlines()[-1]
        self.assertRegex(line, r"\A(camipc-)?demo: ")
        for part in parts:
            self.assertIn(part, line)
        self.assertNotIn("Traceback", err)
        # Nothing is left: no page, no temporary folder.
        self.assertEqual(os.listdir(self.folder), [])

    def check_attacks(self, facts):
        self.assertEqual(len(facts["layers"]), 8)
        sandboxed = all(layer["state"] == "reached"
                        for layer in facts["layers"] if layer["name"] in LAYERS)
        self.assertEqual([a["name"] for a in facts["attacks"]],
                         [name for name in ATTACKS
                          if sandboxed or name not in NEED_SANDBOX])
        for attack in facts["attacks"]:
            reason, error = ATTACKS[attack["name"]]
            if SANITIZED and reason == "signaled" and \
                    attack["name"] == "crash":
                reason = attack["reason"]
            self.assertEqual((attack["reason"], attack["error"]),
                             (reason, error))
            self.assertTrue(attack["held"], attack)
            self.assertGreaterEqual(attack["witness_frames"], 1)
        by_name = {a["name"]: a for a in facts["attacks"]}
        if sandboxed:
            self.assertIn("refused 5 of 5", by_name["escape"]["said"])
            self.assertIn("made the system call", by_name["fork"]["text"])
        self.assertGreaterEqual(by_name["wild-values"]["clamped"], 2)
        # Of 60000 lines; a busy machine takes longer, and logs some more.
        self.assertLess(by_name["flood-log"]["log_lines"], 5000)
        # It was given a second.
        self.assertGreaterEqual(by_name["hang"]["seen_ms"], 900)

    def check_page(self, text):
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertEqual(page.links, [])
        self.assertEqual(len(page.pictures), 8)
        # Thread and process show the same, and nothing else does.
        self.assertEqual(len(set(page.pictures)), 6)
        self.assertNotRegex(text, r"url\(|@import|https?://")
        self.assertGreaterEqual(text.count("<svg "), 6)
        facts = page.facts
        self.assertEqual((facts["whole"], facts["failures"]), (True, []))
        run, = facts["runs"]
        self.assertEqual((run["camera"], run["frames"], run["same"]),
                         ("virtual", 12, 12))
        # Frames of changing light, so that the same is not trivial.
        self.assertEqual(len(set(run["hashes"])), 12)
        self.check_attacks(facts)
        if not SANITIZED:
            self.assertRegex(text, r"faulty\.so\+0x[0-9a-f]+")
        if not SANITIZED and has_lines(FAULTY) and shutil.which("addr2line"):
            self.assertRegex(text, r"correct_shading at \S+faulty\.c:\d+")
        return facts

    def test_two_at_once(self):
        """Both hold, the page is one of theirs, and nothing else is left."""
        words = ("--frames", "12", "--output", self.path("page.html"), BUILD)
        for status, out, err in map(self.finish,
                                    [start(*words), start(*words)]):
            self.assertEqual((status, err), (0, ""), out)
            self.assertEqual(out.splitlines()[-2:],
                             ["page: " + self.path("page.html"),
                              "All of it held."])
            self.assertIn("Takes about ", out)
            # A line for each attack.
            for name in ATTACKS:
                if name not in NEED_SANDBOX:
                    self.assertEqual(
                        len(re.findall("^%s .* ms" % name, out, re.M)), 1, out)
        self.assertEqual(os.listdir(self.folder), ["page.html"])
        with open(self.path("page.html"), encoding="utf-8") as file:
            self.check_page(file.read())

    def photograph(self):
        """A PNG of two colours in a folder of its own."""
        def chunk(kind, data):
            return (struct.pack(">I", len(data)) + kind + data +
                    struct.pack(">I", zlib.crc32(kind + data)))
        folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "<b>&photo.png")
        rows = b"".join(b"\0" + 40 * bytes([200, 90, y]) +
                        24 * bytes([90, y, 90]) for y in range(48))
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" +
                       chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0,
                                                  0, 0)) +
                       chunk(b"IDAT", zlib.compress(rows)) +
                       chunk(b"IEND", b""))
        return path

    def test_ctrl_c_with_a_photograph(self):
        """It ends in the middle of an attack, with its workers."""
        words = ["--photo", self.photograph()] if HAVE_IMAGES else []
        process = start("--frames", "12", "--output", self.path("page.html"),
                        *words, BUILD)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if line.startswith("killed "):
                break
        below = descendants(process.pid)
        self.assertGreaterEqual(len(below), 2)
        process.send_signal(signal.SIGINT)
        status, _, err = self.finish(process)
        self.assertEqual((status, err), (130, ""))
        end = time.monotonic() + LIMIT
        while any(os.path.exists("/proc/%d" % pid) for pid in below):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.005)
        # The page of what was seen until then is whole.
        self.assertEqual(os.listdir(self.folder), ["page.html"])
        with open(self.path("page.html"), encoding="utf-8") as file:
            text = file.read()
        facts = Page(text).facts
        if HAVE_IMAGES:
            self.assertEqual(facts["scene"], words[1])
            self.assertIn("&lt;b&gt;&amp;photo.png", text)
            self.assertIsNone(facts["runs"][0]["tint_percent"])
        self.assertEqual((facts["whole"], facts["attacks"]), (False, []))

    def test_a_build_without_real_algorithms(self):
        """Says that they are missing and which packages bring them, unless
        nobody wants them."""
        build = self.path("build")
        os.mkdir(build)
        for name in ("tools", "ipa", "proxy"):
            os.symlink(os.path.join(BUILD, name), os.path.join(build, name))
        for begin, is_told in ((start_all, True), (start, False)):
            process = begin("--frames", "12", "--output",
                            self.path("page.html"), build)
            seen = []
            for line in process.stdout:
                seen.append(line)
                if line.startswith("sandbox "):
                    break
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=LIMIT)
            told = [line for line in seen if "virtual-rpi" in line]
            self.assertEqual(len(told), is_told, seen)
            for line in told:
                self.assertRegex(line, "left out: no IPA module: .*"
                                 "libcamera-ipa, libcamera-dev, g")

    def test_wrong_options(self):
        for words in (["--frames", "11"], ["--frames", "3001"],
                      ["--frames", "x"], ["--photo"], ["--nothing"],
                      ["one", "two"], []):
            status, out, err = self.finish(
                start(*words, *([BUILD] if words else [])))
            self.assertEqual((status, out), (2, ""), words)
            self.assertRegex(err.splitlines()[-1], r"\Ademo: error: ")

    def test_what_cannot_be_read_or_written(self):
        page = self.path("page.html")
        nowhere = self.path("nowhere", "page.html")
        self.fails(2, ["--output", nowhere, BUILD], self.path("nowhere"),
                   "No such file")
        self.fails(2, ["--output", self.folder, BUILD], "is a folder")
        self.fails(2, ["--output", "/dev/null/page.html", BUILD],
                   "Not a directory")
        self.fails(2, ["--output", page, self.path("nothing")],
                   "camipc-demo does not exist")
        self.fails(2, ["--output", page, "--photo", nowhere, BUILD],
                   "cannot read the photograph", nowhere)
        # Before anything is built, too.
        self.fails(2, ["--check", "--photo", nowhere, self.path("nothing")],
                   "cannot read the photograph")
        self.fails(2, ["--check", "--output", nowhere, self.path("nothing")],
                   "cannot write to the folder")
        self.fails(2, ["--output", page, "--photo", DEMO, BUILD],
                   "neither PNG nor JPEG" if HAVE_IMAGES else "without")

    def test_no_permission(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        os.chmod(self.folder, 0o500)
        self.fails(2, ["--output", self.path("page.html"), BUILD],
                   "Permission denied")

    def test_full_disk(self):
        """For a limit on sizes of files, pictures end as on a full disk."""
        def limit(size):
            return lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                              (size, size))
        self.fails(1, ["--frames", "12", "--output", self.path("page.html"),
                       BUILD], "cannot write the picture", "too large",
                   preexec_fn=limit(100000))
        # Each picture fits, and the page does not.
        self.fails(1, ["--frames", "12", "--output", self.path("page.html"),
                       BUILD], "cannot write the page", "too large",
                   preexec_fn=limit(600000))


if __name__ == "__main__":
    if "vgpreload" in os.environ.get("LD_PRELOAD", ""):
        # A camera that keeps its pace is half of what it shows.
        print("skipped: valgrind is too slow for a camera in real time")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
