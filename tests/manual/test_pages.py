#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""All manual pages: their syntax, what they say about themselves, that they cite
what exists, and that none is missing for what is public."""

import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

import manual

REFERENCE = re.compile(r"\b([a-z_][\w.-]*)\(([1-8])\)")


def name_of(path):
    name, _, section = os.path.basename(path).rpartition(".")
    return name, section


def rendered(path):
    """The text of a page on a terminal of 80 columns."""
    return subprocess.run(
        ["mandoc", "-T", "ascii", "-O", "width=80", path],
        stdout=subprocess.PIPE, encoding="ascii", timeout=manual.LIMIT,
        check=True).stdout


class Pages(unittest.TestCase):
    def unlike(self, text, pattern, name):
        """Fails with the line where a pattern matches."""
        lines = [line for line in text.split("\n") if re.search(pattern, line)]
        self.assertEqual(lines, [], name)

    @unittest.skipIf(not shutil.which("mandoc"), "mandoc is not installed")
    def test_syntax(self):
        done = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning", *manual.pages()],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", timeout=manual.LIMIT, check=False)
        self.assertEqual((done.stdout, done.returncode), ("", 0))

    @unittest.skipIf(not shutil.which("mandoc"), "mandoc is not installed")
    def test_nothing_is_left_of_the_source(self):
        """No Markdown, no marks of comments, no escapes."""
        for path in manual.pages():
            text = re.sub(r".\x08", "", rendered(path))
            name = os.path.basename(path)
            # Members of structs keep their comments.
            if not path.endswith(".3"):
                self.unlike(text, r"\*\*\w|\w\*\*|\]\(\w|``", name)
            self.unlike(text, r"\\f[BIR]\b|\\[&(\[]|\{\{\S+#", name)
            self.assertGreater(len(text.split("\n")), 20, name)

    @unittest.skipIf(not shutil.which("man"), "man is not installed")
    def test_groff_has_no_complaints(self):
        """Of one page of each kind: groff takes long."""
        for name in ("man1/camipc-capture.1", "man3/camipc_proxy.h.3",
                     "man5/camipc-idl.5", "man7/camipc.7"):
            done = subprocess.run(
                ["man", "--warnings=mac,reg,font,char,number,syntax,delim,escape", "-l",
                 os.path.join(manual.MANUAL, name)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                timeout=manual.LIMIT, check=True,
                env=dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="80",
                         MAN_KEEP_FORMATTING="1"))
            self.assertEqual(done.stderr.decode(), "", name)
            self.assertGreater(len(done.stdout), 2000)

    def test_names(self):
        """The heading and the section NAME have the name of the file."""
        for path in manual.pages():
            name, section = name_of(path)
            text = manual.source_of(name, section)
            self.assertIn("\n.TH %s %s " % (name.upper(), section), text)
            line = re.search(r"^\.SH NAME\n(.*)$", text, re.MULTILINE)
            names, _, summary = manual.plain(line.group(1)).partition(" - ")
            self.assertEqual(names.split(", ")[0], name)
            self.assertRegex(summary, r"\A\w[^\n]{10,}[^.]\Z", name)

    def test_references(self):
        """Each page that a page cites is there."""
        there = {name_of(path) for path in glob.glob(
            os.path.join(manual.MANUAL, "man?", "*"))}
        seen = 0
        for path in manual.pages():
            name, section = name_of(path)
            for cited in REFERENCE.findall(
                    manual.plain(manual.source_of(name, section))):
                if cited[0].startswith("cam"):
                    seen += 1
                    self.assertIn(cited, there, path)
        self.assertGreater(seen, 100)

    def test_other_names_lead_to_pages(self):
        there = set(manual.pages())
        seen = 0
        for path in glob.glob(os.path.join(manual.MANUAL, "man3", "*")):
            if path in there:
                continue
            with open(path, encoding="utf-8") as file:
                target = re.fullmatch(r"\.so (man3/[\w.]+\.3)\n", file.read())
            self.assertTrue(target, path)
            whole = os.path.join(manual.MANUAL, target.group(1))
            self.assertIn(whole, there)
            with open(whole, encoding="utf-8") as file:
                self.assertIn(name_of(path)[0], manual.plain(file.read()))
            seen += 1
        self.assertGreater(seen, 100)

    def test_each_public_function_has_a_page(self):
        with open(os.path.join(manual.SOURCE, "tests/lint/symbols.txt"),
                  encoding="utf-8") as file:
            symbols = [line.split()[0] for line in file
                       if line.strip() and not line.startswith("#")]
        self.assertGreater(len(symbols), 50)
        public = ""
        for folder in ("runtime/include/camipc/*.h", "runtime/camera/cam_*.h"):
            for path in glob.glob(os.path.join(manual.SOURCE, folder)):
                with open(path, encoding="utf-8") as file:
                    public += file.read()
                name = os.path.basename(path)
                page = name if name.startswith("cam_") else "camipc_" + name
                self.assertTrue(os.path.exists(os.path.join(
                    manual.MANUAL, "man3", page + ".3")), path)
        missing = [name for name in symbols
                   if re.search(r"\b%s\(" % name, public) and
                   not os.path.exists(os.path.join(manual.MANUAL, "man3",
                                                   name + ".3"))]
        self.assertEqual(missing, [])

    def test_function_pages_say_what_headers_say(self):
        """A sample: prototype, parameters, errors and thread word."""
        page = manual.plain(manual.source_of("camipc_fd.h", "3"))
        part = page.split('.SS "camipc_fd_dup()"')[1].split("\n.SS ")[0]
        for wanted in ("int camipc_fd_dup(int fd);", ".TP\nfd\nborrowed",
                       "-EBADF or -EMFILE", "Thread word: safe."):
            self.assertIn(wanted, part)

    def test_members_have_their_comments(self):
        page = manual.plain(manual.source_of("camipc_proxy.h", "3"))
        part = page.split('.SS "struct camipc_closed_info"')[1]
        part = part.split("\n.SS ")[0]
        for wanted in (".TP\nint pid\nof the worker; 0 in a thread",
                       ".TP\nuint32_t n_frames\n0 if it did not crash"):
            self.assertIn(wanted, part)

    def test_no_comment_is_lost(self):
        """Each paragraph of each comment of a public header is in its page."""
        def bare(text):
            return re.sub(r"[\s@`*]+|\.PP|\.IP|\.br|\.TP", "", text)

        seen = 0
        for path in glob.glob(os.path.join(
                manual.SOURCE, "runtime/include/camipc/*.h")):
            with open(path, encoding="utf-8") as file:
                comments = re.findall(r"/\*\*(?!\*)(.*?)\*/", file.read(),
                                      re.DOTALL)
            page = bare(manual.plain(manual.source_of(
                "camipc_" + os.path.basename(path), "3")))
            for comment in comments:
                for paragraph in re.split(r"\n[\s*]*\n", comment):
                    if re.match(r"[\s*]*(?:@\w+:|\w+\(\) -)", paragraph):
                        continue
                    seen += 1
                    # The first words: later ones may be a list.
                    self.assertTrue(bare(paragraph).lstrip("-")[:30] in page,
                                    (path, paragraph))
        self.assertGreater(seen, 300)

    def test_only_what_is_installed_is_cited(self):
        """Readers of a page do not have the source."""
        for path in manual.pages():
            name, section = name_of(path)
            text = manual.plain(manual.source_of(name, section))
            text = re.sub(r'^\.\\" .*$', "", text, flags=re.MULTILINE)
            self.unlike(text, r"README|\b[\w-]+\.md\b|\btests/\w"
                        r"|\b(?:runtime|proxy|codegen|tools|idl)/\w", path)

    def test_what_pages_replace(self):
        """Is still in the documents, once."""
        sys.path.insert(0, os.path.join(manual.SOURCE, "manual"))
        from camipc_manual import documents
        for document in documents.DOCUMENTS:
            text, _ = documents.read(manual.SOURCE, document)
            self.assertEqual(documents.stale(document, text), [],
                             document.source)

    def test_tuning_keys(self):
        with open(os.path.join(manual.SOURCE, "ipa/softisp/virtual.yaml"),
                  encoding="utf-8") as file:
            keys = re.findall(r"^ *([a-z_]+):", file.read(), re.MULTILINE)
        self.assertGreater(len(keys), 10)
        page = manual.plain(manual.source_of("camipc-tuning", "5"))
        tags = " ".join(re.findall(r"^\.TP\n(.*)$", page, re.MULTILINE))
        for key in keys:
            self.assertRegex(tags, r"\b%s\b" % key)

    def test_attributes_of_the_language(self):
        """Each attribute that the generator knows is in camipc-idl(5)."""
        sys.path.insert(0, os.path.join(manual.SOURCE, "codegen"))
        from camipc_gen.model import attributes
        page = manual.plain(manual.source_of("camipc-idl", "5"))
        names = [name for name in vars(attributes).get("ATTRIBUTES", ())]
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertRegex(page, r"\b%s\b" % name)


if __name__ == "__main__":
    unittest.main(argv=["test_pages.py"], verbosity=2)
