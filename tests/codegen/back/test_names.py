# SPDX-License-Identifier: MIT
"""Tests the naming rules with the examples of idl/README.md."""

import re
import shutil
import subprocess
import unittest

import support  # noqa: F401  (finds camipc_gen)
from camipc_gen.c import names as c_names
from camipc_gen.model import ir
from camipc_gen.text.source import Span

_HERE = Span("x.mojom", 1, 1)


def _cname(value):
    return (ir.Attribute("cname", value, _HERE),)


def _struct(name, module="cam", outer=(), attributes=()):
    return ir.Struct(name=name, span=_HERE, doc=None, attributes=attributes,
                     qualified=module + "." + name, module=module,
                     outer=outer, fields=())


def _enum(name, values, scoped, module="ipa.vimc", outer=()):
    enumerators = tuple(
        ir.Enumerator(name=value, span=_HERE, doc=None, attributes=(),
                      value=number) for number, value in enumerate(values))
    return ir.Enum(name=name, span=_HERE, doc=None, attributes=(),
                   qualified=module + "." + name, module=module, outer=outer,
                   enumerators=enumerators, extensible=False, scoped=scoped,
                   used_as_flags=False)


def _interface(name, core):
    return ir.Interface(name=name, span=_HERE, doc=None, attributes=(),
                        qualified=name, core=core, methods=(), events=(),
                        event_interface=None, version=1, compatible_since=1,
                        has_roles=False, max_message=1 << 20)


def _module(name):
    return ir.Module(name=name, path="x.mojom", stem="x", license="MIT",
                     doc=None, imports=(), consts=(), enums=(), structs=(),
                     unions=(), interfaces=())


class Words(unittest.TestCase):
    def test_examples(self):
        for name, expected in (
                ("IPACameraSensorInfo", "ipa_camera_sensor_info"),
                ("lsTableHandle", "ls_table_handle"),
                ("V4L2", "v4l2"),
                ("float32Array", "float32_array"),
                ("unsigned16", "unsigned16"),
                ("MaxLsGridSize", "max_ls_grid_size"),
                ("bufferID", "buffer_id"),
                ("BufferIDs", "buffer_i_ds"),
                ("already_snake", "already_snake"),
                ("__leading_", "leading"),
                ("H264Encoder", "h264_encoder"),
                ("x2y", "x2y"),
                ("ABCd", "ab_cd")):
            self.assertEqual(c_names.snake(name), expected, name)

    def test_modules_are_never_split(self):
        self.assertEqual(c_names.module_prefix("ipa.RPi"), "ipa_rpi")
        self.assertEqual(c_names.module_prefix("ipa.mali-c55".replace(
            "-", "_")), "ipa_mali_c55")


class Types(unittest.TestCase):
    def test_leading_ipa_is_dropped(self):
        self.assertEqual(c_names.of_type(_struct("IPACameraSensorInfo")),
                         "cam_camera_sensor_info")
        self.assertEqual(c_names.of_type(_struct("IPAConfigInfo",
                                                 "ipa.ipu3")),
                         "ipa_ipu3_config_info")
        self.assertEqual(c_names.of_type(_struct("IPA")), "cam_ipa")

    def test_nested_ones_follow_the_outer(self):
        self.assertEqual(c_names.of_type(_struct("Inner", outer=("Outer",))),
                         "cam_outer_inner")

    def test_cname_stands_for_the_words(self):
        self.assertEqual(c_names.of_type(_struct(
            "Odd", attributes=_cname("even"))), "cam_even")

    def test_enumerators(self):
        unscoped = _enum("OperationCode", ["OperationNone", "kFast", "kept"],
                         False)
        names = [c_names.of_enumerator(unscoped, one)
                 for one in unscoped.enumerators]
        self.assertEqual(names, ["IPA_VIMC_OPERATION_NONE", "IPA_VIMC_FAST",
                                 "IPA_VIMC_KEPT"])
        foreign = _enum("IPAOperationCode", ["IPAOperationNone"], False)
        self.assertEqual(c_names.of_enumerator(foreign,
                                               foreign.enumerators[0]),
                         "IPA_VIMC_OPERATION_NONE")
        scoped = _enum("TestFlag", ["Flag1"], True)
        self.assertEqual(c_names.of_enumerator(scoped, scoped.enumerators[0]),
                         "IPA_VIMC_TEST_FLAG_FLAG1")
        nested = _enum("Kind", ["A"], True, outer=("Outer",))
        self.assertEqual(c_names.of_enumerator(nested, nested.enumerators[0]),
                         "IPA_VIMC_OUTER_KIND_A")


class Members(unittest.TestCase):
    def test_words_that_are_taken_get_an_underscore(self):
        for word in ("int", "class", "errno", "default", "linux", "I",
                     "stdin", "namespace", "bool", "minor"):
            expected = c_names.snake(word)
            if expected in c_names.RESERVED:
                expected += "_"
            self.assertEqual(c_names.member(word), expected)
        self.assertEqual(c_names.member("class"), "class_")
        self.assertEqual(c_names.member("errno"), "errno_")
        self.assertEqual(c_names.member("ipa"), "ipa")

    @unittest.skipUnless(shutil.which("gcc"), "gcc is not installed")
    def test_macros_of_the_c_library_are_taken(self):
        """A member called st_atime would be renamed behind sys/stat.h."""
        headers = "".join("#include <%s.h>\n" % name for name in (
            "assert complex dirent errno fcntl getopt inttypes limits locale "
            "math netdb netinet/in poll pthread sched semaphore setjmp signal "
            "spawn stdio stdlib string sys/epoll sys/eventfd sys/ioctl "
            "sys/mman sys/prctl sys/ptrace sys/resource sys/select "
            "sys/signalfd sys/socket sys/stat sys/statfs sys/syscall "
            "sys/sysmacros sys/time sys/timerfd sys/uio sys/un sys/wait "
            "syslog threads time uchar unistd wchar").split())
        text = subprocess.run(
            ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-dM", "-E", "-"],
            input=headers, stdout=subprocess.PIPE, check=True,
            universal_newlines=True).stdout
        found = set(re.findall(r"^#define ([a-z][a-z0-9_]*)(?: .*)?$", text,
                               re.M))
        self.assertGreater(len(found), 20)
        self.assertEqual(found - c_names.RESERVED, set())

    def test_parameters_keep_off_what_calls_use(self):
        for word in ("ipa", "user", "host", "args", "outs", "ret", "done"):
            self.assertEqual(c_names.parameter(word), word + "_")


class Interfaces(unittest.TestCase):
    def test_core_word_equal_to_the_module(self):
        module = _module("ipa.mali_c55")
        interface = _interface("IPAMaliC55Interface", "malic55")
        self.assertEqual(c_names.interface_prefix(module, interface),
                         "ipa_mali_c55")
        self.assertEqual(c_names.interface_name(module, interface),
                         "ipa.mali_c55")

    def test_another_core_word(self):
        module = _module("ipa.rpi")
        interface = _interface("IPADebugInterface", "debug")
        self.assertEqual(c_names.interface_prefix(module, interface),
                         "ipa_rpi_debug")
        self.assertEqual(c_names.interface_name(module, interface),
                         "ipa.rpi.debug")


if __name__ == "__main__":
    unittest.main()
