# SPDX-License-Identifier: MIT
"""Makes random interface files that are valid: RandomIdl(seed).files().

Every form of the language turns up after some seeds: each type in each place
where it may stand, attributes where they fit, names that collide with C, with
C++ and with what generated code calls its own variables, comments that want
out. Sizes stay small, so that a file compiles in a second.
"""

import random

INTS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
        "uint64"]
NUMBERS = INTS + ["bool", "float", "double"]
BYTES = ("int8", "uint8")
FORMS = {name: {"varint"} | ({"zigzag"} if name[0] == "i" else set())
         | ({"fixed"} if name[-2:] in ("32", "64") else set())
         for name in INTS}

# Field numbers: few, so that those of [inline] arms come between; the edges.
ORDINALS = list(range(1, 40)) + [2047, 2048, 18999, 20000, 2 ** 29 - 1]

# Begin a name; a number follows.
STEMS = ["foo", "barBaz", "x", "HTTPCode", "v4l2Fd", "a_b_", "_lead", "isOK",
         "rawYUV", "IPAThing"]
TYPE_STEMS = ["Foo", "BarBaz", "X", "HTTPServer", "V4L2Format", "a_b_c",
              "IPAConfig", "ABc"]
# Stand alone, once in a declaration.
# Not errno: protoc-c's headers do not compile with it.
NASTY = """int class new this template namespace msg arena check w r p i n
tag outer body value items key size user ipa host done args outs ret self name
data result table events ops proxy end fds seen room has unix default NULL
stdin _Bool true_ extra list target copy kept EOF""".split()
ROLES = ("init", "start", "stop")
COMMENTS = ["/** Plain. */", "/// */ int stolen; /*", "/// ends in \\",
            "/** two\n\t * lines ??/\n\t */", "// é € \U0001f4f7", "",
            "/** \\brief Said. [flags] ABc */", "", "", ""]
STRINGS = ['"a"', '"\\n\\"\\\\"', '"??/"', '"é"', '"*/"', '"%s%d"',
           '"\\x7f"', '"a,b;c}"']


class Type:
    """A type as it is written, and what attributes have to know."""

    def __init__(self, text, kind, inner=None, max_len=False):
        self.text = text
        self.kind = kind           # int, bool, float, string, fd, enum, ...
        self.inner = inner         # of arrays; (key, value) of maps
        self.has_max_len = max_len

    @property
    def innermost(self):
        """Of arrays; a map is one thing."""
        return self.inner.innermost if self.kind in ("array", "fixed") \
            else self

    @property
    def keys_and_value(self):
        """Keys of all maps in it, and what is inside of everything."""
        if self.kind == "map":
            keys, value = self.inner[1].keys_and_value
            return [self.inner[0]] + keys, value
        if self.kind in ("array", "fixed") and not self.is_bytes:
            return self.inner.keys_and_value
        return [], self

    @property
    def is_bytes(self):
        """Written as bytes, or holds what is."""
        if self.kind not in ("array", "fixed"):
            return False
        return self.inner.text in BYTES or self.inner.is_bytes


class Enum:
    def __init__(self, name, values, is_flags, default):
        self.name = name
        self.has_nonzero = any(values)
        self.is_flags = is_flags
        self.default = default     # an enumerator of a value that is not 0


class RandomIdl:
    def __init__(self, seed):
        self.r = random.Random("camipc %d" % seed)
        self.seed = seed
        self.count = 0
        self.enums = []
        self.structs = []
        self.unions = []
        self.arms = {}             # numbers of a union that has ordinals
        self.counts = []           # constants for lengths
        self.package = ""

    def files(self):
        """File name to text; the first imports the others."""
        shared = {}
        name = "gen%d" % self.seed
        if self.chance(0.4):
            shared["far-%s.mojom" % name] = self._shared()
        return dict([(name + ".mojom", self._main(name, shared))]
                    + list(shared.items()))

    # ---- choosing ----------------------------------------------------------

    def chance(self, probability):
        return self.r.random() < probability

    def name(self, stems=None):
        self.count += 1
        return self.r.choice(stems or STEMS) + str(self.count)

    def member_name(self, taken):
        free = [word for word in NASTY if word not in taken]
        if free and self.chance(0.3):
            word = self.r.choice(free)
            taken.add(word)
            return word
        return self.name()

    def comment(self):
        text = self.r.choice(COMMENTS)
        return "\t%s\n" % text if text else ""

    # ---- files -------------------------------------------------------------

    def _shared(self):
        self.package = "Far.pack_%d" % self.seed
        return "\n".join([
            "// SPDX-License-Identifier: MIT", "module %s;" % self.package,
            self._enum(), self._struct(), self._union()]) + "\n"

    def _main(self, name, imports):
        self.package = ""
        lines = ["// SPDX-License-Identifier: MIT",
                 "/** Made of random pieces. */", "module ipa.%s;" % name]
        lines += ['import "%s";' % path for path in imports]
        for make, least, most in ((self._const, 0, 4), (self._enum, 1, 3)):
            lines += [make() for _ in range(self.r.randint(least, most))]
        pieces = [self._struct] * self.r.randint(3, 6) + \
            [self._union] * self.r.randint(1, 3)
        self.r.shuffle(pieces)
        lines += [make() for make in pieces]
        for i in range(1 if self.chance(0.8) else 2):
            lines.append(self._interface(name if i == 0 else "Second"))
        return "\n".join(lines) + "\n"

    # ---- declarations ------------------------------------------------------

    def _qualify(self, name):
        return "%s.%s" % (self.package, name) if self.package else name

    def _const(self):
        name = self.name(["Limit", "kMost", "a_const"])
        kind = self.r.choice(["length", "string", "double", "expression"])
        if kind == "length":
            self.counts.append(name)
            return "const uint32 %s = %d;" % (name, self.r.randint(1, 3))
        if kind == "expression":
            return "const int64 %s = -(1 << %d) | (7 %% 4) ^ ~0x%x;" % (
                name, self.r.randrange(63), self.r.randrange(99))
        value = self.r.choice(STRINGS if kind == "string" else
                              ["1.5", "-1e300", "double.INFINITY", "0.1"])
        return "const %s %s = %s;" % (kind, name, value)

    def _enum(self):
        name = self.name(TYPE_STEMS)
        is_flags = self.chance(0.4)
        if is_flags:
            values = [1 << bit for bit in
                      self.r.sample(range(31), self.r.randint(1, 5))]
            if self.chance(0.3):
                values.append(0)
        else:
            values = [self.r.choice([0, 1, 2, 300, -1, 2 ** 31 - 1, -2 ** 31,
                                     self.r.randrange(1000)])
                      for _ in range(self.r.randint(1, 5))]
        names = [self.name(["Value", "kOne", "two_"]) for _ in values]
        attributes = []
        if self.chance(0.3):
            attributes.append("Extensible")
        if self.chance(0.5):
            attributes.append("scopedEnum")
        default = [n for n, value in zip(names, values) if value != 0]
        self.enums.append(Enum(self._qualify(name), values, is_flags,
                               default[0] if default and not self.package
                               else None))
        return "%s%senum %s {\n%s};" % (
            self.comment(), "[%s]\n" % ", ".join(attributes)
            if attributes else "", name,
            "".join("%s\t%s = %s,\n" % (self.comment(), n, value)
                    for n, value in zip(names, values)))

    def _struct(self):
        name = self.name(TYPE_STEMS)
        fields = [self._field("field") for _ in range(self.r.randint(0, 7))]
        if self.chance(0.2):
            fields.append("array<%s> children" % name)
        if self.chance(0.2):
            fields.append("%s? next" % name)
        if self.chance(0.1):
            fields.append("map<string, %s> named" % name)
        inlined = self._inlined()
        fields += ["[%s] %s %%s" % (self.r.choice(["inline", "inline",
                                                   "inline, required"]), one)
                   for one in inlined]
        self.r.shuffle(fields)
        taken = {number for one in inlined for number in self.arms[one]}
        text = self._body("struct", name, fields, taken)[0]
        if self.chance(0.2):
            text = "[keep_unknown] " + text
        self.structs.append(self._qualify(name))
        return text

    def _inlined(self):
        """Unions whose arms can be fields of one struct."""
        found, taken = [], set()
        for name, numbers in self.arms.items():
            if self.chance(0.4) and not taken.intersection(numbers):
                found.append(name)
                taken.update(numbers)
        return found

    def _union(self):
        name = self.name(TYPE_STEMS)
        text, numbers = self._body("union", name, [
            self._field("arm") for _ in range(self.r.randint(1, 5))])
        if numbers:
            self.arms[self._qualify(name)] = numbers
        if self.chance(0.3):
            text = "[Extensible] " + text
        self.unions.append(self._qualify(name))
        return text

    def _body(self, keyword, name, fields, inlined=()):
        """Fields with the names that are left, and their ordinals, if any:
        always beside arms that have the numbers @inlined."""
        taken, numbers = set(), []
        fields = [f if f.split()[-1] in ("children", "next", "named")
                  else f % self.member_name(taken) for f in fields]
        if inlined or self.chance(0.25):
            numbers = self.r.sample([n for n in ORDINALS if n not in inlined],
                                    len(fields))
            fields = [self._with_ordinal(field, number)
                      for field, number in zip(fields, numbers)]
        return "%s %s {\n%s};" % (keyword, name, "".join(
            "%s\t%s;\n" % (self.comment(), field)
            for field in fields)), numbers

    @staticmethod
    def _with_ordinal(field, number):
        before, equals, default = field.partition(" = ")
        if equals and "]" in default and "[" not in default:
            return field.replace("] ", "]", 1)     # "=" of an attribute
        return "%s@%d%s%s" % (before, number, equals, default)

    # ---- interfaces --------------------------------------------------------

    def _interface(self, core):
        core = core.capitalize()
        methods = [self._method(i) for i in range(self.r.randint(1, 5))]
        events = ["\t%sev%d(%s);\n" % (
            self.r.choice(["", "[async] ", "[queue=9, overflow=drop_newest] "]
                          ), i, self._parameters("param"))
            for i in range(self.r.randint(0, 3))]
        text = "interface IPA%sInterface {\n%s};\n" % (core, "".join(methods))
        if events:
            text += "interface IPA%sEventInterface {\n%s};\n" % (
                core, "".join(events))
        return text

    def _method(self, i):
        name = "%s%d" % (self.r.choice(["do", "getIt", "HTTPGet"]), i)
        if self.chance(0.2):
            name = ["init", "start", "stop", "configure", "queueRequest"][i]
        if self.chance(0.4) and name not in ROLES:
            return "%s\t[async%s] %s(%s);\n" % (
                self.comment(), self.r.choice(["", ", queue=4"]), name,
                self._parameters("param"))
        taken = {"ret"}
        out = lambda: self._field("output") % self.member_name(taken)
        outs = self.r.choice([
            lambda: "", lambda: " => ()", lambda: " => (int32 ret)",
            lambda: " => (int32 ret, %s)" % out(),
            lambda: " => (%s)" % out(),
            lambda: " => (int32 ret, %s, %s)" % (out(), out())])()
        attribute = self.r.choice(["", "[timeout_ms=100] ", "[when=any] "]) \
            if name not in ROLES else ""
        return "%s\t%s%s(%s)%s;\n" % (self.comment(), attribute, name,
                                      self._parameters("param"), outs)

    def _parameters(self, place):
        taken = set()
        return ", ".join(self._field(place) % self.member_name(taken)
                         for _ in range(self.r.randint(0, 4)))

    # ---- types -------------------------------------------------------------

    def _single(self):
        kind = self.r.choice(["number"] * 4 + ["string", "enum", "struct",
                                               "struct", "union", "fd"])
        if kind == "enum" and self.enums:
            return Type(self.r.choice(self.enums).name, "enum")
        if kind == "struct" and self.structs:
            return Type(self.r.choice(self.structs), "struct")
        if kind == "union" and self.unions:
            return Type(self.r.choice(self.unions), "union")
        if kind == "string":
            return Type("string", "string", None, True)
        if kind == "fd":
            return Type("SharedFD", "fd")
        name = self.r.choice(NUMBERS)
        return Type(name, "int" if name in INTS else
                    "bool" if name == "bool" else "float")

    def _type(self, depth=0):
        if depth > 2 or self.chance(0.65):
            return self._single()
        if self.chance(0.3):
            key = self.r.choice([Type(n, "int") for n in INTS] + [
                Type("bool", "bool"), Type("string", "string")] + [
                Type(e.name, "enum") for e in self.enums])
            value = self._type(depth + 1)
            return Type("map<%s, %s>" % (key.text, value.text), "map",
                        (key, value), True)
        element = self._type(depth + 1)
        if self.chance(0.7):
            return Type("array<%s>" % element.text, "array", element, True)
        # Of structs few, or what they hold multiplies.
        most = 2 if element.innermost.kind in ("struct", "union") else 4
        count = self.r.choice([str(self.r.randint(1, most))]
                              + (self.counts if most > 2 else []))
        return Type("array<%s, %s>" % (element.text, count), "fixed", element)

    # ---- fields ------------------------------------------------------------

    def _field(self, place):
        """Attributes, type, "%s" for the name, default."""
        kind = self._type()
        # A union can be nothing already.
        nullable = place != "arm" and kind.kind != "union" and \
            self.chance(0.2)
        attributes, default = [], ""
        limits = self._limits(kind, place, nullable)
        attributes += limits
        attributes += self._forms(kind)
        attributes += self._flags(kind)
        is_plain = not nullable and place != "arm"
        max_len = None
        if kind.has_max_len and self.chance(0.3):
            max_len = self.r.choice([1, 2, 5, 130, 300])
            attributes.append("max_len=%d" % max_len)
        if is_plain and self._can_be_required(kind, place, attributes) and \
                self.chance(0.15):
            attributes.append("required")
        elif is_plain and place == "field" and self.chance(0.3):
            default = self._default(kind, limits, max_len, attributes)
        if kind.kind == "fd":
            attributes += self._fd_facts(place, nullable)
        if self.chance(0.05):
            attributes.append("MinVersion=0")
        return "%s%s%s %%s%s" % (
            "[%s] " % ", ".join(attributes) if attributes else "", kind.text,
            "?" if nullable else "", default.replace("%", "%%"))

    def _limits(self, kind, place, nullable):
        inner = kind.innermost
        if kind.kind == "map" or inner.kind not in ("int", "float") or \
                self.chance(0.7):
            return []
        # Limits of single bytes have to be a field's own, and bytes that
        # are counted have no sign.
        if kind.is_bytes and (place == "arm" or nullable or
                              kind.inner.text not in BYTES or
                              kind.text == "array<int8>"):
            return []
        if inner.kind == "float":
            return ["min=-2.5", "max=%s" % self.r.choice(["0.5", "1e10"])]
        low = self.r.choice([0, 0, 1, 5] + (
            [] if inner.text[0] == "u" else [-100, -1]))
        high = self.r.randint(max(low, 6), 127)
        return self.r.choice([["min=%d" % low], ["max=%d" % high],
                              ["min=%d" % low, "max=%d" % high]])

    def _forms(self, kind):
        """[wire=…] and [unpacked], as the type bears them."""
        if kind.is_bytes:
            return []
        keys, value = kind.keys_and_value
        if kind.kind == "map":
            return self._wire("wire_key", keys) + \
                self._wire("wire_value", [value])
        found = self._wire("wire", [
            part for part in keys + [value] if part.kind == "int"])
        if not keys and kind.kind in ("array", "fixed") and value.kind in (
                "int", "bool", "float", "enum") and self.chance(0.3):
            found.append("unpacked")
        return found

    def _wire(self, attribute, parts):
        """A form that all of them have."""
        forms = {"varint", "zigzag", "fixed"} if parts else set()
        for part in parts:
            forms &= FORMS.get(part.text, set())
        if not forms or self.chance(0.6):
            return []
        return ["%s=%s" % (attribute, self.r.choice(sorted(forms)))]

    def _enum_of(self, kind):
        for enum in self.enums:
            if enum.name == kind.text:
                return enum
        raise KeyError(kind.text)

    def _flags(self, kind):
        inner = kind.innermost
        if inner.kind == "enum" and self._enum_of(inner).is_flags and \
                self.chance(0.6):
            return ["flags"]
        return []

    def _can_be_required(self, kind, place, attributes):
        if kind.kind == "enum":
            return self._enum_of(kind).has_nonzero
        if kind.kind == "fd":
            return False           # said with [fd=…], below
        return kind.kind in ("string", "union", "map", "array")

    def _default(self, kind, limits, max_len, attributes):
        """Inside of its limits; " = …"."""
        if kind.kind == "int":
            low = [int(l[4:]) for l in limits if l.startswith("min")]
            return " = %d" % max(low + [self.r.choice([0, 6])])
        if kind.kind == "float":
            return " = " + self.r.choice(
                ["0.5", "-0.0", "0"] + ([] if limits else [
                    kind.text + ".INFINITY", kind.text + ".NAN", "1e30",
                    "+5", "1."]))
        if kind.kind == "bool":
            return " = true"
        if kind.kind == "string" and max_len is None:
            return " = " + self.r.choice(STRINGS)
        if kind.kind == "enum" and "flags" not in attributes:
            default = self._enum_of(kind).default
            return " = " + default if default else ""
        if kind.kind in ("array", "map"):
            return " = []"
        if kind.kind == "struct":
            return " = default"
        return ""

    def _fd_facts(self, place, nullable):
        if self.chance(0.6):
            return []
        # Where many may be, each has to be one that can be left out.
        if not nullable and place != "param":
            return []
        return [self.r.choice([
            "fd=any", "fd=memfd", "fd=memfd, access=rw", "fd=memfd, sealed",
            "fd=memfd, min_size=4096"])]
