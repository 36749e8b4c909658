# SPDX-License-Identifier: MIT
"""Tests that interface files of libcamera's shape are accepted unchanged.
The files here are our own; only their form is libcamera's."""

import os
import tempfile
import unittest

import support
from camipc_gen import compiler
from camipc_gen.model import ir
from camipc_gen.text.diagnostics import Diagnostics
from camipc_gen.text.loader import Options

# The shape of libcamera's own core file: detached documentation, types that
# are declared elsewhere, attribute lists before empty structs.
CORE = """
module libcamera;

/**
 * \\file core.mojom
 */

[skipSerdes, skipHeader] struct ControlInfoMap {};
[skipSerdes, skipHeader] struct ControlList {};
[skipSerdes, skipHeader] struct SharedFD {};

[skipHeader] struct Point {
	int32 x;
	int32 y;
};

[skipHeader] struct Size {
	uint32 width;
	uint32 height;
};

/**
 * \\struct IPABuffer
 * \\brief A buffer
 */

/**
 * \\var IPABuffer::id
 * \\brief Its number
 */

[skipHeader] struct IPABuffer {
	uint32 id;
	[hasFd] array<FrameBuffer.Plane> planes;
};
"""

CAM = """
module cam;
struct Point { int32 x; int32 y; };
struct Size { uint32 width; uint32 height; };
struct ControlInfoMap { uint32 id; };
struct ControlList { uint32 id; };
[alias="FrameBuffer.Plane"]
struct FrameBufferPlane { SharedFD fd; uint32 offset; uint32 length; };
[alias="IPABuffer"]
struct Buffer { uint32 id; array<FrameBufferPlane> planes; };
"""

PIPELINE = """
module ipa.RPi;

import "include/libcamera/ipa/core.mojom";

const uint32 MaxLsGridSize = 0x8000;

struct SensorConfig {
	uint32 sensorMetadata;
};

[scopedEnum] enum ErrorFlags {
	None = 0x0,
	Late = 0x1,
};

struct InitParams {
	bool lensPresent;
	libcamera.Size size;
	/* PISP specific */
	libcamera.SharedFD fe;
	[hasFd] libcamera.SharedFD be;
	[flags] ErrorFlags flags;
};

struct StartResult {
	libcamera.ControlList controls;
	int32 startupFrameCount;
};

interface IPARPiInterface {
	/**
	 * \\fn init()
	 * \\brief Prepares
	 */
	init(InitParams params)
		=> (int32 ret, libcamera.ControlInfoMap info);
	start(libcamera.ControlList controls) => (StartResult result);
	stop();

	/**
	 * \\fn mapBuffers()
	 * \\brief Maps
	 */
	mapBuffers(array<libcamera.IPABuffer> buffers);
	[async] prepareIsp(libcamera.ControlList a, map<uint32, uint32> ids);
};

interface IPARPiEventInterface {
	prepareIspComplete(libcamera.FrameBuffer.Plane plane, bool swap);
};
"""

OPTIONS = dict(
    include_dirs=("root",),
    import_map=(("include/libcamera/ipa/core.mojom", "ours/core.mojom"),),
    module_map=(("libcamera", "cam"),))


class Tree(unittest.TestCase):
    """A tree of files, and a way to compile in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def write(self, path, text):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def compile(self, *paths, **options):
        self.diagnostics = Diagnostics()
        return compiler.compile_files(paths, Options(**options),
                                      self.diagnostics)

    def ids(self):
        return [d.id for d in self.diagnostics.sorted()]


class Libcamera(Tree):
    def setUp(self):
        super().setUp()
        self.write("ours/core.mojom", CAM)
        self.write("root/include/libcamera/ipa/core.mojom", CORE)
        self.write("root/include/libcamera/ipa/rpi-pi4.mojom", PIPELINE)

    def test_an_interface(self):
        module = self.compile("root/include/libcamera/ipa/rpi-pi4.mojom",
                              **OPTIONS).inputs[0]
        self.assertEqual(self.ids(), [])
        self.assertEqual((module.name, module.stem), ("ipa.RPi", "rpi_pi4"))
        fields = module.structs[1].fields
        self.assertEqual([f.type for f in fields[1:]],
                         [ir.StructRef("cam.Size"), ir.Fd(), ir.Fd(),
                          ir.FlagsRef("ipa.RPi.ErrorFlags")])
        interface = module.interfaces[0]
        self.assertEqual([m.role for m in interface.methods],
                         ["init", "start", "stop", "call", "async"])
        self.assertEqual(interface.methods[3].params[0].type,
                         ir.Array(ir.StructRef("cam.Buffer")))
        self.assertEqual(interface.events[0].params[0].type,
                         ir.StructRef("cam.FrameBufferPlane"))

    def test_the_core_file_as_an_input_is_a_check(self):
        module = self.compile("root/include/libcamera/ipa/core.mojom",
                              **OPTIONS).inputs[0]
        self.assertEqual(self.ids(), [])
        self.assertEqual((module.structs, module.enums), ((), ()))

    def test_a_core_file_that_grew_is_noticed(self):
        self.write("root/include/libcamera/ipa/core.mojom",
                   CORE.replace("uint32 height;", "uint32 height;\n"
                                "\tuint32 depth;"))
        self.compile("root/include/libcamera/ipa/rpi-pi4.mojom", **OPTIONS)
        self.assertEqual(self.ids(), ["import-map-drift"])
        with self.assertRaises(compiler.CompileError):
            self.compile("root/include/libcamera/ipa/core.mojom", **OPTIONS)
        self.assertEqual(self.ids(), ["skipped-type"])


SLIPS = """
module t;
import "include/libcamera/ipa/core.mojom";

/**
 * \\struct Other
 * \\brief A copied comment
 */
[Stable] struct S { Size size; [hasFd] int32 a; };
interface Pure { [Sync] init(S s); };
"""


class Warnings(Tree):
    """A foreign file causes warnings about what its user must know, not about
    what only its author could change."""

    def setUp(self):
        super().setUp()
        self.write("ours/core.mojom", CAM)
        self.write("t.mojom", SLIPS)

    def test_of_a_file_of_ones_own(self):
        self.compile("t.mojom", import_map=OPTIONS["import_map"])
        self.assertEqual(sorted(self.ids()), [
            "doc-mismatch", "has-fd", "ignored-attribute",
            "ignored-attribute", "missing-role", "unqualified-import"])

    def test_of_a_file_that_needs_a_map(self):
        self.compile("t.mojom", **{**OPTIONS, "include_dirs": ()})
        self.assertEqual(sorted(self.ids()), ["has-fd", "missing-role"])
        self.assertIn("in an overlay", self.diagnostics.format())

    def test_of_a_file_with_an_overlay(self):
        self.write("o", "overlay module t; [Uuid=1] struct S { };")
        self.compile("t.mojom", import_map=OPTIONS["import_map"],
                     overlays=("o",))
        # The attribute of the overlay is the user's own.
        self.assertEqual(sorted(self.ids()), [
            "has-fd", "ignored-attribute", "missing-role"])

    def test_of_a_file_whose_module_is_mapped(self):
        self.write("core.mojom", "module libcamera;\n" + SLIPS.split(
            ";", 2)[2].replace("Size size", "int32 size"))
        self.compile("core.mojom", **OPTIONS)
        self.assertEqual(sorted(self.ids()), ["has-fd", "missing-role"])


class Imports(Tree):
    def test_the_map_is_asked_first_then_each_folder_then_the_neighbour(self):
        for path, name in (("mapped.mojom", "Mapped"), ("one/x.mojom", "One"),
                           ("two/x.mojom", "Two"), ("here/x.mojom", "Here")):
            self.write(path, "module x; struct %s { };" % name)
        self.write("here/t.mojom", 'module t; import "x.mojom";')
        for options, name in (
                (dict(include_dirs=("one", "two"),
                      import_map=(("x.mojom", "mapped.mojom"),)), "Mapped"),
                (dict(include_dirs=("one", "two")), "One"),
                (dict(include_dirs=("two",)), "Two"), ({}, "Here")):
            found = self.compile("here/t.mojom", **options)
            self.assertEqual(list(found.program.structs), ["x." + name])

    def test_a_file_reached_by_two_ways_is_one(self):
        self.write("a/core.mojom", "module c; struct S { };")
        self.write("b/user.mojom",
                   'module u; import "../a/core.mojom"; struct T { c.S s; };')
        self.write("a/t.mojom", 'module t; import "core.mojom"; '
                   'import "b/user.mojom"; struct R { c.S s; u.T t; };')
        found = self.compile("a/t.mojom", include_dirs=("a", "."))
        self.assertEqual(len(found.program.modules), 3)

    def test_what_was_read_is_known(self):
        self.write("core.mojom", "module c;")
        self.write("t.mojom", 'module t; import "core.mojom";')
        self.write("o.overlay", "overlay module t;")
        found = self.compile("t.mojom", overlays=("o.overlay",))
        self.assertEqual(found.read_files,
                         ("t.mojom", "core.mojom", "o.overlay"))

    def test_a_file_that_imports_itself(self):
        self.write("t.mojom", 'module t; import "t.mojom";')
        with self.assertRaises(compiler.CompileError):
            self.compile("t.mojom")
        self.assertEqual(self.ids(), ["import-cycle"])

    def test_load_is_the_short_way(self):
        self.write("t.mojom", "module t; struct S { };")
        self.assertEqual(list(compiler.load(["t.mojom"]).structs), ["t.S"])


if __name__ == "__main__":
    unittest.main()
