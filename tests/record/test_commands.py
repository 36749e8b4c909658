#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Recordings by the program camipc: recorded, dumped, replayed, drawn.

usage: test_commands.py CAMIPC WORKER SOFTISP VIMC NOISE FAULTY
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
from recordings import (FAULTY, RecordTest, change_exposure, chunks,  # noqa: E402
                        has_hashes, items, lengthened, rewrite_spans, tool)
from tool_runs import CAMIPC, LIMIT, SMALL, SOFTISP, VIMC, run_text  # noqa: E402

ISOLATIONS = ("thread", "process", "loopback")


class Recording(RecordTest):
    def test_isolations_are_equal(self):
        """Thread and process record the same, but for times."""
        sessions = []
        for isolation in ISOLATIONS:
            # When an event is dispatched depends on timing, so that only the
            # order within each stream is the same.
            session = {"->": [], "<-": [], "access": [], "span": []}
            objects = {}
            for item in items(self.record(isolation, "--isolation",
                                          isolation)):
                if item["kind"] in ("credit", "lost", "log"):
                    continue
                for key in ("time", "thread", "took", "isolation", "cookie",
                            "begin", "end"):
                    item.pop(key, None)
                for one in [item] + item.get("fds", []):
                    if "object" in one:
                        one["object"] = objects.setdefault(one["object"],
                                                           len(objects))
                kind = item["kind"]
                session["<-" if kind == "event" else
                        kind if kind in session else "->"].append(item)
            sessions.append(session)
        self.assertGreater(len(sessions[0]["<-"]), 16)
        self.assertGreater(len(sessions[0]["span"]), 24)
        self.assertEqual(sessions[0], sessions[1])
        self.assertEqual(sessions[0], sessions[2])

    def test_existing_file(self):
        file = self.record("a")
        size = os.path.getsize(file)
        result = run_text("capture", "--frames", "1", "--record", file, *SMALL)
        self.assertEqual(result.returncode, 2)
        self.one_line(result.stderr)
        self.assertIn("the file exists; --force replaces it", result.stderr)
        self.assertEqual(os.path.getsize(file), size)
        self.record("a", "--force", frames=1)
        self.assertLess(os.path.getsize(file), size)
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)

    def test_by_environment(self):
        file = self.path("variable")
        for _ in range(2):
            # The second time it exists: a line, and the capture goes on.
            result = run_text("capture", "--frames", "2", *SMALL,
                              env=dict(os.environ, CAMIPC_RECORD=file))
            self.assertEqual(result.returncode, 0)
        self.assertIn("the file exists", result.stderr)
        self.assertTrue(items(file, "--filter", "method==stop"))

    def test_privacy(self):
        plain = self.record("plain", frames=2)
        words = ["--redact", "sensorModel", "--redact", "cam.Control.value"]
        file = self.record("redacted", *words, frames=2)
        for item in items(file, "--filter", "kind==event"):
            self.assertNotIn('"integer32"', json.dumps(item["args"]))
        settings = items(file, "--filter", "method==init && kind==call")
        self.assertEqual(settings[0]["args"]["settings"]["sensorModel"], "")
        self.assertTrue(settings[0]["redacted"])
        self.assertIn("virtual", json.dumps(items(plain, "--filter",
                                                  "method==init")))
        with open(self.record("none", "--no-buffers"), "rb") as opened:
            data = opened.read()
        self.assertLess(len(data), os.path.getsize(self.record("all")))
        self.assertFalse(has_hashes(self.path("none")))

    def test_wrong_field(self):
        result = run_text("capture", "--record", self.path("a"), "--redact",
                          "sensorMode", *SMALL)
        self.assertEqual(result.returncode, 2)
        self.one_line(result.stderr)
        self.assertIn("no field 'sensorMode' to redact", result.stderr)

    def test_ring(self):
        """Written when the IPA dies; not when it does not."""
        file = self.record("calm", "--record-ring", "60")
        self.assertFalse(os.path.exists(file))
        file = self.record("ring", "--record-ring", "60", "--ipa", FAULTY,
                           "--ipa-argument", "crash@3", "--isolation",
                           "process", "--restart", "0", code=1)
        self.assertEqual(len(items(file, "--filter", "kind==ended")), 1)
        for value in ("0", "-1", "3601", "1s", "99999999999999999999"):
            result = run_text("capture", "--record", file, "--record-ring",
                              value)
            self.assertEqual(result.returncode, 2)
            self.one_line(result.stderr)
            self.assertIn("expected 1 to 3600 seconds", result.stderr)

    def test_ring_by_environment(self):
        file = self.path("variable")
        for value, expected in (("10", ""), ("ten", "expected 1 to 3600")):
            result = run_text("capture", "--frames", "2", *SMALL,
                              env=dict(os.environ, CAMIPC_RECORD=file,
                                       CAMIPC_RECORD_RING=value))
            self.assertEqual(result.returncode, 0)
            self.assertIn(expected, result.stderr)
            self.assertFalse(os.path.exists(file))
        result = run_text("capture", "--frames", "2", *SMALL,
                          env=dict(os.environ, CAMIPC_RECORD_RING="10"))
        self.assertEqual(result.returncode, 0)
        self.assertIn("CAMIPC_RECORD_RING needs CAMIPC_RECORD=FILE",
                      result.stderr)

    def test_options_without_recording(self):
        for words in (["--force"], ["--no-buffers"], ["--redact", "a"],
                      ["--record-ring", "5"]):
            result = run_text("capture", *words)
            self.assertEqual(result.returncode, 2)
            self.assertIn("needs --record FILE", result.stderr)


class Dump(RecordTest):
    def test_plain(self):
        file = self.record("a")
        text = tool("dump", file).stdout
        self.assertRegex(text, r"(?m)^0 \d+\.\d{6} softisp -> call #\d+ init\{")
        self.assertRegex(text, r"(?m)-> async processStats\{frame: 3, ")
        self.assertRegex(text, r"(?m)<- event paramsReady\{frame: 3, ")
        self.assertRegex(text, r"(?m)wrote buffer \w+\+0, \d+ bytes")
        self.assertEqual(len(text.splitlines()), len(items(file)))

    def test_log(self):
        """Lines of the module and of the library, with level, time and text."""
        words = ["--ipa", FAULTY, "--ipa-argument", "escape@3", "--force"]
        for isolation in ("process", "thread"):
            file = self.record("a", "-v", "--isolation", isolation, *words)
            lines = items(file, "--filter", "kind==log")
            escape = [line for line in lines
                      if "refused" in line["text"] and
                      line["topic"].startswith("ipa")]
            self.assertEqual(len(escape), 1, lines)
            self.assertEqual(escape[0]["level"], "info")
            stats = items(file, "--filter", "method==processStats && frame==3")
            self.assertGreater(escape[0]["time"], stats[0]["time"])
            self.assertTrue([line for line in lines
                             if line["topic"] == "manager"])
            self.assertEqual(escape, [
                line for line in items(file, "--filter", "level==info && "
                                       "topic==" + escape[0]["topic"])
                if "refused" in line["text"]])
            text = tool("dump", file, "--filter", "kind==log").stdout
            self.assertRegex(text, r"(?m)^0 \d+\.\d{6} - log info: "
                                   r"ipa.*faulty.*refused \d of 5")
            # All times count from the beginning of the first proxy.
            self.assertLess(max(float(line.split()[1])
                                for line in text.splitlines()), 60)
        # Without -v, the program logs warnings and errors only.
        self.assertEqual(items(self.record("b"), "--filter", "kind==log"), [])
        # A line may have the value of a redacted field.
        file = self.record("a", "-v", "--redact", "sensorModel", *words)
        self.assertEqual(items(file, "--filter", "kind==log"), [])

    def test_filters(self):
        file = self.record("a", frames=8)
        for text, n in (("method==processStats && frame>5", 2),
                        ("frame>5 && method==processStats", 2),
                        # Each call has a span, which has no frame.
                        ("method==processStats || method == computeParams", 32),
                        ("kind==span && method==computeParams && took<60", 8),
                        ("kind==async && (frame==1 || frame==2)", 6),
                        ("settings.sensorModel==virtual", 1),
                        ("sensorModel=='virtual'", 1),
                        ("kind==reply && method==start", 1),
                        ("status!=0", 0),
                        ("nothing==1", 0)):
            self.assertEqual(len(items(file, "--filter", text)), n, text)

    def test_ranges_of_time(self):
        """A part of a long recording: the same items, less is read."""
        with open(self.record("a", "--no-buffers", frames=4), "rb") as opened:
            file = self.write("long", lengthened(opened.read()))
        every = items(file)
        begin = min(item["time"] for item in every) - 1
        for text, passes in (
                ("time>20", lambda t: t > 20),
                ("time>20 && time<25", lambda t: 20 < t < 25),
                ("time<3 || time>30", lambda t: t < 3 or t > 30),
                ("(time>5 && time<6) || (time>10 && time<12)",
                 lambda t: 5 < t < 6 or 10 < t < 12),
                ("time>1e300", lambda t: False),
                ("time<0", lambda t: False)):
            self.assertEqual(
                items(file, "--filter", text),
                [item for item in every
                 if passes(round(item["time"] - begin, 6))], text)
        # What is wrong in a part that is not read does not matter.
        with open(file, "r+b") as opened:
            place = [at for at, kind, _ in chunks(opened.read())
                     if kind == 2][2]
            opened.seek(place + 24)
            opened.write(b"\xff" * 8)
        self.assertEqual(tool("dump", file).returncode, 1)
        self.assertEqual(items(file, "--filter", "time>20 && time<25"),
                         [item for item in every
                          if 20 < round(item["time"] - begin, 6) < 25])

    def test_wrong_filters(self):
        for text, place in (("method", 7), ("method==", 9), ("a=1", 2),
                            ("a==1 &", 6), ("(a==1", 6), ("a==1)", 5),
                            ("a=='b", 4), ("(" * 40, 34), ("a<b", 3),
                            ("a >= '1'", 6), ("a==1 && time>nan", 14)):
            result = tool("dump", self.path("none"), "--filter", text)
            self.assertEqual(result.returncode, 2, text)
            self.one_line(result.stderr)
            self.assertIn("at character %d: expected" % place, result.stderr)

    def test_full_output(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [CAMIPC, "dump", self.record("a")], stdout=full,
                stderr=subprocess.PIPE, timeout=LIMIT, check=False)
        self.assertEqual(result.returncode, 1)
        self.one_line(result.stderr)
        self.assertIn(b"no space left on device", result.stderr)

    def test_unusable_files(self):
        for path, why in ((self.path("none"), "no such file"),
                          (self.write("text", b"x" * 100),
                           "not a recording of camipc"),
                          (self.folder, "regular file"),
                          ("/dev/null", "regular file")):
            for command in (["dump", path], ["replay", path],
                            ["timeline", path, "-o", self.path("a.json")]):
                result = tool(*command)
                self.assertEqual(result.returncode, 2)
                self.one_line(result.stderr)
                self.assertIn(why, result.stderr)

    def test_damage(self):
        file = self.record("a")
        n = len(items(file))
        with open(file, "r+b") as opened:
            opened.seek(-3000, os.SEEK_END)
            opened.write(b"\xff" * 8)
        result = tool("dump", file)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"damaged at byte \d+ \(chunk \d+\): ")
        self.assertLess(len(result.stdout.splitlines()), n)

    def test_follow(self):
        """A copy that grows is printed to its end."""
        with open(self.record("a"), "rb") as opened:
            data = opened.read()
        n = len(items(self.path("a")))
        grown = self.write("grown", data[:len(data) // 2])
        with subprocess.Popen((CAMIPC, "dump", grown, "--follow", "--json"),
                              stdout=subprocess.PIPE) as process:
            process.stdout.readline() if len(data) < 100 else None
            with open(grown, "ab") as opened:
                opened.write(data[len(data) // 2:])
            lines = process.stdout.read().splitlines()
            self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual(len(lines), n)


class Replay(RecordTest):
    def test_every_isolation(self):
        file = self.record("a", "--isolation", "process")
        for isolation in ISOLATIONS:
            text = self.replay(file, "--isolation", isolation)
            self.assertRegex(text, r"\Aequal: \d+ calls, \d+ events, \d+ "
                                   r"accesses to buffers; isolation "
                             + isolation)
        self.assertEqual(self.replay(file, "--expect"), "")
        self.replay(file, "--speed", "recorded")

    def test_tuning_file(self):
        """A file that was passed is there again, even if it is gone."""
        if "without libyaml" in run_text("capture", "--tuning", os.devnull,
                                         "--frames", "1", *SMALL).stderr:
            self.skipTest("softisp was built without libyaml")
        tuning = self.write("t.yaml", b"exposure:\n  target: 0.3\n")
        file = self.record("a", "--tuning", tuning)
        os.remove(tuning)
        self.replay(file)
        # The module has read it: without, it would compute something else.
        if not has_hashes(file):
            return
        plain = self.record("b")
        self.assertNotEqual(*({item["sha256"] for item in items(one, "--filter",
                                                                "kind==access")
                               if not item["wrote"]} for one in (file, plain)))

    def test_difference(self):
        """A module that computes something else from frame 4 on."""
        file = self.record("a")
        if not has_hashes(file):
            self.skipTest("camipc was built without libcrypto")
        other = self.record("b", "--ipa", FAULTY, "--ipa-argument", "wild-values@4",
                            code=1)
        text = self.replay(other, "--module", SOFTISP, code=1)
        self.assertRegex(text, r"differs at \d+\.\d+ s, frame [45]: ")
        self.assertRegex(text, r"recorded .*, now |now the event |"
                               r"contents of a buffer")

    def test_tolerance(self):
        """The first frame's event is changed in the file's copy."""
        file = self.record("a")
        changed = self.path("changed")
        change_exposure(file, changed)
        text = self.replay(changed, code=1)
        self.assertRegex(text, r"frame 0: event setSensorControls: controls\."
                               r"controls\[0\]\.value\.integer32: recorded "
                               r"\d+, now \d+")
        self.replay(changed, "--tolerance", "integer32=1")
        self.replay(changed, "--tolerance", "integer32=0.5", code=1)

    def test_crash(self):
        file = self.record("a", "--ipa", FAULTY, "--ipa-argument", "crash@3",
                           "--isolation", "process", "--restart", "0",
                           code=1)
        self.assertEqual(len(items(file, "--filter", "kind==ended")), 1)
        # A sanitizer in the module prints a report of its own.
        result = run_text("replay", file)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"\Aequal: ")
        # A module without the fault goes on.
        result = run_text("replay", file, "--module", SOFTISP, "--isolation",
                          "process")
        self.assertEqual(result.returncode, 1)
        self.assertIn("and now the IPA goes on", result.stderr)

    def test_other_interface(self):
        text = self.replay(self.record("a", frames=1), "--module", VIMC,
                           code=2)
        self.assertIn("the recording is of the interface ipa.softisp, version "
                      "3, and the module is for another one (EPROTOTYPE)",
                      text)

    def test_wrong_tolerance(self):
        for value in ("a", "=1", "a=", "a=x", "a=-1", "a=nan"):
            result = tool("replay", self.path("none"), "--tolerance", value)
            self.assertEqual(result.returncode, 2)
            self.assertIn("expected FIELD=NUMBER", result.stderr)


class Timeline(RecordTest):
    def timeline(self, ending, *words):
        file = self.record("a", *words)
        out = self.path("out" + ending)
        result = tool("timeline", file, "-o", out)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(out, "rb") as opened:
            return opened.read()

    def check_slices(self, events):
        """Calls on both sides, those of the IPA within the others."""
        times = {tid: {} for tid in (1, 2)}
        for e in events:
            if e["ph"] == "X" and e["cat"] in ("call", "async"):
                begin = round(1000 * e["ts"])
                times[e["tid"]].setdefault((e["cat"], e["name"]), []).append(
                    (begin, begin + round(1000 * e["dur"])))
        self.assertEqual(times[1].keys(), times[2].keys())
        self.assertIn(("async", "processStats"), times[1])
        for (kind, name), host in times[1].items():
            ipa = times[2][kind, name]
            self.assertEqual(len(host), len(ipa))
            for outer, inner in zip(sorted(host), sorted(ipa)):
                self.assertLessEqual(outer[0], inner[0], name)
                if kind == "call":
                    self.assertLessEqual(inner[1], outer[1], name)
        return times

    def test_slices_of_both_sides(self):
        for isolation in ISOLATIONS:
            file = self.record(isolation, "--isolation", isolation)
            times = self.check_slices(self.draw(file))
            host, = times[1]["call", "configure"]
            ipa, = times[2]["call", "configure"]
            self.assertLess(host[0], ipa[0])
            self.assertLess(ipa[1], host[1])
            # Long enough to be no mark, and one after the other.
            last = 0
            for begin, end in sorted(times[2]["async", "processStats"]):
                self.assertLessEqual(last, begin)
                self.assertGreater(end, begin)
                last = end

    def test_queue(self):
        events = self.draw(self.record("a", "--isolation", "process"))
        queue = sorted((e["ts"], i, e["args"]["calls"])
                       for i, e in enumerate(events)
                       if e["ph"] == "C" and e["name"] == "async calls queued")
        depths = [depth for _, _, depth in queue]
        self.assertEqual(len(depths), 2 * 3 * 8)
        self.assertEqual(depths[-1], 0)
        self.assertTrue(all(abs(a - b) == 1
                            for a, b in zip(depths, depths[1:])))

    def test_times_that_lie(self):
        """No slice of the IPA is longer than its call, whatever it says."""
        file = self.record("a", "--isolation", "process")
        rewrite_spans(file, 0, 2 ** 64 - 1)
        times = self.check_slices(self.draw(file))
        self.assertEqual(times[1]["call", "configure"],
                         times[2]["call", "configure"])
        rewrite_spans(file, 2 ** 64 - 1, 2 ** 64 - 1)
        times = self.check_slices(self.draw(file))
        host, = times[1]["call", "configure"]
        self.assertEqual(times[2]["call", "configure"], [(host[1], host[1])])

    def test_without_times_of_the_ipa(self):
        """As of a crash, or of a worker that does not know the question."""
        file = self.record("a", "--isolation", "process")
        rewrite_spans(file, 0, 0, kind=200)
        self.assertEqual(items(file, "--filter", "kind==span"), [])
        times = self.check_slices(self.draw(file))
        self.assertEqual(times[1]["call", "configure"],
                         times[2]["call", "configure"])

    def draw(self, file):
        out = self.path("drawn.json")
        result = tool("timeline", file, "-o", out)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(out) as opened:
            return json.load(opened)["traceEvents"]

    def test_trace(self):
        events = json.loads(self.timeline(".json"))["traceEvents"]
        slices = [e for e in events if e["ph"] == "X" and
                  e["name"] == "configure"]
        self.assertEqual(sorted(e["tid"] for e in slices), [1, 2])
        begun = [e["id"] for e in events if e["ph"] == "s"]
        ended = [e["id"] for e in events if e["ph"] == "f"]
        self.assertEqual(begun, ended)
        self.assertEqual(len(set(begun)), len(begun))
        frames = [e for e in events if e.get("cat") == "frame"]
        self.assertEqual(len(frames), 16)
        for begin, end in zip(frames[::2], frames[1::2]):
            self.assertEqual((begin["ph"], end["ph"], begin["id"]),
                             ("b", "e", end["id"]))
            self.assertLessEqual(begin["ts"], end["ts"])
        self.assertIn("state running", [e["name"] for e in events])

    def test_log(self):
        words = ["-v", "--ipa", FAULTY, "--ipa-argument", "escape@3",
                 "--isolation", "process"]
        events = json.loads(self.timeline(".json", *words))["traceEvents"]
        lines = [e for e in events if e.get("cat") == "log"]
        self.assertTrue([e for e in lines if "info: ipa.faulty" in e["name"]])
        page = self.timeline(".html", "--force", *words).decode()
        self.assertIn("<h2>Log</h2>", page)
        self.assertIn("refused", page)

    def test_report(self):
        import html.parser
        page = self.timeline(".html").decode()
        self.assertNotIn("<h2>Log</h2>", page)
        open_tags = []

        class Parser(html.parser.HTMLParser):
            def handle_starttag(self, tag, attrs):
                if tag in ("svg", "table", "figure", "body", "html"):
                    open_tags.append(tag)
                for name, value in attrs:
                    assert name not in ("src", "href"), value

            def handle_endtag(self, tag):
                if tag in ("svg", "table", "figure", "body", "html"):
                    assert open_tags.pop() == tag

        Parser().feed(page)
        self.assertEqual(open_tags, [])
        for name in ("processStats", "paramsReady", "Slowest calls"):
            self.assertIn(name, page)

    def test_pcapng(self):
        data = self.timeline(".pcapng")
        n_messages = len(items(self.path("a"), "--filter",
                               "kind==call || kind==async || kind==reply || "
                               "kind==event"))
        at = n = 0
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            self.assertEqual(length % 4, 0)
            self.assertEqual(struct.unpack_from("<I", data, at + length - 4),
                             (length,))
            n += kind == 6
            at += length
        self.assertEqual(at, len(data))
        self.assertEqual(n, n_messages)

    def test_proto_compiles(self):
        protoc = shutil.which("protoc")
        if not protoc:
            self.skipTest("protoc is not installed")
        self.timeline(".pcapng")
        subprocess.run([protoc, "--proto_path=" + self.folder,
                        "--descriptor_set_out=" + os.devnull,
                        self.path("out.proto")], check=True, timeout=LIMIT)

    def test_tshark(self):
        tshark = shutil.which("tshark")
        if not tshark:
            self.skipTest("tshark is not installed")
        self.timeline(".pcapng")
        result = subprocess.run(
            [tshark, "-r", self.path("out.pcapng"), "-X",
             "lua_script:" + self.path("out.lua"), "-o",
             'uat:protobuf_search_paths:"%s","TRUE"' % self.folder, "-V"],
            stdout=subprocess.PIPE, timeout=LIMIT, check=True)
        self.assertIn(b"ipa.softisp.ProcessStatsArgs", result.stdout)

    def test_wrong_output(self):
        for words in ([], ["-o", "a.txt"]):
            result = tool("timeline", self.path("none"), *words)
            self.assertEqual(result.returncode, 2)
            self.assertIn("in .json, .html or .pcapng", result.stderr)

    def test_the_recording_is_kept(self):
        """Neither an output nor a file beside it replaces it."""
        file = self.record("a.lua", frames=1)
        os.symlink("a.lua", self.path("a.json"))
        before = self.read("a.lua")
        for name in ("a.json", "a.pcapng"):
            result = tool("timeline", file, "-o", self.path(name))
            self.assertEqual(result.returncode, 2)
            self.one_line(result.stderr)
            self.assertIn("it is the recording", result.stderr)
        self.assertEqual(self.read("a.lua"), before)
        self.assertEqual(self.names(), ["a.json", "a.lua"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[7:])
