# SPDX-License-Identifier: MIT
"""Drives a testee program, and loads the schema into python3-protobuf."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings

try:
    from google.protobuf import descriptor_pb2, descriptor_pool
    from google.protobuf import message_factory
    from google.protobuf.message import DecodeError
except ImportError:            # the tests are skipped then
    descriptor_pb2 = DecodeError = None

import wire

TESTED = "protobuf_test_messages.proto3.TestAllTypesProto3"
PROTOBUF, JSON, JSPB, TEXT = 1, 2, 3, 4
RESULTS = {1: "parse_error", 2: "runtime_error", 3: "protobuf", 4: "json",
           5: "skipped", 6: "serialize_error"}


def skip_without_protobuf():
    if descriptor_pb2 is None or shutil.which("protoc") is None:
        print("skipped: python3-protobuf or protoc is not installed")
        sys.exit(77)
    if "vgpreload" in os.environ.get("LD_PRELOAD", ""):
        # It would spend its time in Python; test_oracle has the same codec.
        print("skipped: not under valgrind")
        sys.exit(77)


class Testee:
    """Answers requests, one at a time."""

    def __init__(self, path):
        self._process = subprocess.Popen([path], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)

    def close(self):
        """Its exit status, once its input has ended."""
        self._process.stdin.close()
        status = self._process.wait(60)
        self._process.stdout.close()
        return status

    def send(self, frame):
        self._process.stdin.write(frame)
        self._process.stdin.flush()

    def receive(self):
        """The response's bytes."""
        header = self._process.stdout.read(4)
        assert len(header) == 4, "the testee ended"
        size, = struct.unpack("<I", header)
        body = self._process.stdout.read(size)
        assert len(body) == size, "the testee ended"
        return body

    def ask(self, request):
        """What it makes of a request: name of the result, and its bytes."""
        self.send(struct.pack("<I", len(request)) + request)
        fields = wire.read_fields(self.receive())
        assert len(fields) == 1, "one result"
        return RESULTS[fields[0][0]], fields[0][4]

    def convert(self, payload):
        """A message there and back."""
        return self.ask(request(payload))


def request(payload, name=TESTED, output=PROTOBUF, arm=1):
    """The fields that the suite's runner writes; 5 is a test of binaries."""
    return wire.field(arm, payload) + wire.tag(3, wire.VARINT) + \
        wire.varint(output) + wire.field(4, name.encode()) + \
        wire.tag(5, wire.VARINT) + b"\x01"


def load_messages(folders):
    """Classes of all messages of the .proto files in some folders, by name:
    in a pool of their own, beside the types that every protobuf has."""
    names = [name for folder in folders for name in sorted(os.listdir(folder))
             if name.endswith(".proto")]
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "set")
        subprocess.run(
            ["protoc", "--include_imports", "--descriptor_set_out=" + path] +
            ["--proto_path=" + folder for folder in folders] + names,
            check=True)
        with open(path, "rb") as stream:
            files = descriptor_pb2.FileDescriptorSet.FromString(stream.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    full = ["%s.%s" % (file.package, message.name) for file in files.file
            for message in file.message_type]
    return {name: factory.GetPrototype(pool.FindMessageTypeByName(name))
            for name in full}


def silence_protobuf():
    """It tells each text that is no UTF-8 on stderr: what Python says has
    another descriptor from now on."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)


def canonical(cls, data):
    """As protobuf's own library writes it; None if it does not read it."""
    message = cls()
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            message.ParseFromString(data)
    except DecodeError:
        return None
    if said:
        return None            # an end of a group, or tag 0, ended it
    _settle(message)
    return message.SerializeToString(deterministic=True)


def judge(message, testee, case):
    """What is wrong with the answer to a case, or with the case; or None.

    What a case means is held against python3-protobuf, too: a mistake in a
    case shows as well as one in the testee.
    """
    theirs = canonical(message, case.payload)
    result, answer = testee.convert(case.payload)
    if case.means is None:
        if (theirs is None) == case.ours:
            return "python3-protobuf does not see it like that"
        return None if result == "parse_error" else result
    if theirs is None or theirs != canonical(message, case.means):
        return "means %s for python3-protobuf" % (
            None if theirs is None else theirs.hex())
    if result != "protobuf":
        return "%s: %s" % (result, answer.decode())
    if case.exact and answer != case.means:
        return "is written as %s" % answer.hex()
    if canonical(message, answer) != theirs:
        return "became %s" % answer.hex()
    return None


def judge_all(message, testee, cases):
    """A line for each case that is answered wrongly."""
    verdicts = ((case, judge(message, testee, case)) for case in cases)
    return ["%s: %s: %s" % (case.name, case.payload[:80].hex(), what)
            for case, what in verdicts if what]


def _settle(message):
    """Looks at each map: only then equal keys become one."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = [value[key] for key in value]
            if field.message_type.fields[1].message_type is None:
                continue
        else:
            inner = value if field.label == field.LABEL_REPEATED else [value]
        for one in inner:
            _settle(one)
