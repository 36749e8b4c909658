# SPDX-License-Identifier: MIT
"""Makes nearly valid files: changes pieces of valid and of broken ones."""

import functools
import glob
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_.]*")
_NUMBER = re.compile(rb"-?(?:0x[0-9a-fA-F]+|[0-9]+)")

NUMBERS = [b"0", b"-1", b"1", b"7", b"127", b"128", b"255", b"256", b"65535",
           b"65536", b"2147483647", b"2147483648", b"-2147483648",
           b"4294967295", b"4294967296", b"9223372036854775807",
           b"9223372036854775808", b"18446744073709551615",
           b"18446744073709551616", b"0x7fffffffffffffffffff", b"08", b"0x",
           b"1.5", b"1e308", b"1e309", b"1.", b".5", b"1.2.3", b"19000",
           b"536870911", b"536870912"]

PIECES = [b"{", b"}", b";", b",", b"(", b")", b"[", b"]", b"<", b">", b"=",
          b"=>", b"?", b"@", b"@1", b"@19000", b".", b"&", b"|", b"<<", b"-",
          b"*", b"/", b"%", b"~", b"\"", b"\"\\", b"\"\\x00\"", b"'", b"#",
          b"/*", b"*/", b"/**", b"//", b"///", b"///<", b"/**/", b"\\",
          b"\\\n", b"??/", b"\n", b"\r", b"\r\n", b"\t", b"\f", b"\0",
          b"\x7f", b"\x80", b"\xff", b"\xef\xbb\xbf", b"\xc3\xa9",
          b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xed\xa0\x80",
          b"\xf0\x9f\x93\xb7", b"array<", b"map<", b"array<array<int8, 2>, 3>",
          b"map<string, int32>", b"[async]", b"[flags]", b"[Extensible]",
          b"[min=1, max=0]", b"[max_len=3]", b"[inline]", b"[required]",
          b"[keep_unknown]", b"[skipHeader]", b"[retired=\"1-3\"]",
          b"[wire=zigzag]", b"[cname=\"x\"]", b"[alias=\"a.b\"]",
          b"[role=init]", b"[events=X]", b"module a.b;", b"import \"x\";",
          b"struct S {};", b"enum E { A };", b"union U { bool b; };",
          b"interface I { f(); };", b"const int8 C = 1;", b"= default", b"= []",
          b"=> (int32 ret)", b"=> ()", b"feature F", b"handle<platform>",
          b"pending_remote<I>", b"result<int32, int8>", b"associated ",
          b"overlay module t;", b"SharedFD", b"FrameBuffer.Plane"]


@functools.lru_cache()
def corpus():
    """Every interface file of the tree, by path."""
    found = {}
    for folder in ("idl", "tests"):
        for path in glob.glob(os.path.join(ROOT, folder, "**", "*.mojom"),
                              recursive=True):
            with open(path, "rb") as stream:
                found[os.path.relpath(path, ROOT)] = stream.read()
    return found


class Mutator:
    """mutate(n) always gives the same bytes for the same n and corpus."""

    def __init__(self, texts):
        self._texts = [texts[path] for path in sorted(texts)]
        self._words = sorted({word for text in self._texts
                              for word in _WORD.findall(text)})
        self._changes = [
            self._replace_number, self._replace_word, self._insert_piece,
            self._insert_piece, self._delete, self._repeat, self._splice,
            self._swap, self._byte, self._cut, self._many]

    def mutate(self, seed):
        self.r = random.Random("mutate %d" % seed)
        data = self.r.choice(self._texts)
        for _ in range(self.r.choice([1, 1, 2, 3, 8])):
            data = self.r.choice(self._changes)(data)
        return data[:100000]

    # ---- places ------------------------------------------------------------

    def _at(self, data):
        return self.r.randrange(len(data) + 1)

    def _range(self, data, most=60):
        """A part; whole lines now and then."""
        if self.r.random() < 0.3 and b"\n" in data:
            lines = data.split(b"\n")
            first = self.r.randrange(len(lines))
            last = first + self.r.randint(1, 6)
            start = len(b"\n".join(lines[:first]))
            return start, start + len(b"\n".join(lines[first:last]))
        start = self._at(data)
        return start, start + self.r.randrange(most)

    def _match(self, pattern, data):
        found = list(pattern.finditer(data))
        return self.r.choice(found) if found else None

    # ---- changes -----------------------------------------------------------

    def _replace(self, pattern, data, options):
        match = self._match(pattern, data)
        if match is None:
            return data
        return data[:match.start()] + self.r.choice(options) + \
            data[match.end():]

    def _replace_number(self, data):
        return self._replace(_NUMBER, data, NUMBERS)

    def _replace_word(self, data):
        own = _WORD.findall(data)
        return self._replace(_WORD, data,
                             own if own and self.r.random() < 0.5
                             else self._words)

    def _insert_piece(self, data):
        at = self._at(data)
        if self.r.random() < 0.5:
            match = self._match(_WORD, data)
            at = match.start() if match else at
        return data[:at] + self.r.choice(PIECES) + b" " + data[at:]

    def _delete(self, data):
        start, end = self._range(data)
        return data[:start] + data[end:]

    def _repeat(self, data):
        start, end = self._range(data)
        at = self._at(data)
        return data[:at] + data[start:end] + data[at:]

    def _many(self, data):
        start, end = self._range(data, 12)
        return data[:start] + data[start:end] * self.r.choice([3, 20, 300]) \
            + data[start:]

    def _splice(self, data):
        other = self.r.choice(self._texts)
        start, end = self._range(other, 200)
        at = self._at(data)
        return data[:at] + other[start:end] + data[at:]

    def _swap(self, data):
        start, end = self._range(data)
        return data[:start] + data[end:end + 40] + data[start:end] + \
            data[end + 40:]

    def _byte(self, data):
        if not data:
            return data
        at = self.r.randrange(len(data))
        return data[:at] + bytes([self.r.randrange(256)]) + data[at + 1:]

    def _cut(self, data):
        return data[:self._at(data)]
