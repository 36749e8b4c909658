# SPDX-License-Identifier: MIT
"""Tests the naming rules with the examples of idl/README.md."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from camipc_gen.c import names as c_names
from camipc_gen.cxx import names as cxx_names
from camipc_gen.model import ir
from camipc_gen.text.source import Span

# Headers that a camera stack may include before ours.
HEADERS = """
aio arpa/inet assert byteswap ctype dirent endian errno fcntl fenv fmtmsg
fnmatch ftw getopt glob grp iconv ifaddrs inttypes langinfo libgen limits
linux/input linux/media linux/v4l2-controls linux/v4l2-subdev linux/videodev2
locale math mqueue net/if netdb netinet/in nl_types poll pthread pwd regex sched
search semaphore setjmp signal spawn stdarg stdio stdlib string sys/epoll
sys/eventfd sys/file sys/inotify sys/ioctl sys/ipc sys/mman sys/msg sys/param
sys/prctl sys/ptrace sys/quota sys/random sys/resource sys/select sys/sem
sys/shm sys/signalfd sys/socket sys/stat sys/statfs sys/statvfs sys/syscall
sys/sysinfo sys/sysmacros sys/time sys/timerfd sys/times sys/uio sys/un
sys/utsname sys/wait sys/xattr syslog tar termios time uchar ucontext unistd
utime utmpx wchar wctype wordexp
""".split()
HEADERS_OF_C = ["complex", "threads"]


def including(names):
    return "".join("#include <%s.h>\n" % name for name in names)


def macros(language, pattern, more=()):
    """The macros of HEADERS whose definition is @pattern behind its keyword.
    Some macros exist only where the compiler optimises, or only where not."""
    if not shutil.which("gcc"):
        raise unittest.SkipTest("gcc is not installed")
    names = HEADERS + (HEADERS_OF_C if language == "c" else []) + list(more)
    text = "".join(subprocess.run(
        ["gcc", "-x", language, "-D_GNU_SOURCE", level, "-dM", "-E", "-"],
        input=including(names), stdout=subprocess.PIPE, check=True,
        universal_newlines=True).stdout
        for level in ("-O0", "-O2"))
    return set(re.findall("^#define " + pattern + "$", text, re.M))


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

    def test_macros_of_the_c_library_are_taken(self):
        """A member called st_atime would be renamed behind sys/stat.h."""
        found = macros("c", r"([a-z][a-z0-9_]*)(?: .*)?")
        self.assertGreater(len(found), 20)
        self.assertEqual(found - c_names.RESERVED, set())

    def test_macros_with_arguments_are_no_functions_of_cxx(self):
        """isset() of a generated class would be one behind sys/param.h."""
        found = macros("c++", r"([a-z]\w*)\(.*")
        self.assertGreater(len(found), 40)
        for word in sorted(found):
            self.assertEqual(cxx_names.of_member(word), word + "_")
            self.assertEqual(cxx_names.of_method(word), word + "_")
            self.assertEqual(cxx_names.of_arm(word), word + "_")

    def test_macros_with_arguments_are_methods_of_c(self):
        """An op or event called log is called behind <tgmath.h>, too, as where
        all files of a program are compiled as one."""
        words = sorted(macros("c", r"([a-z]\w*)\(.*", ["tgmath"]))
        self.assertIn("log", words)
        body = "".join("[async] %s(uint32 x);" % word for word in words)
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "t.mojom"), "w",
                      encoding="utf-8") as file:
                file.write("module t; interface IPATInterface { %s };"
                           "interface IPATEventInterface { %s };" %
                           (body, body))
            support.generate(folder, folder, ["t.mojom"])
            text = including(HEADERS + HEADERS_OF_C + ["tgmath"])
            text += '#include "t_ipa_worker.c"\n#include "t_ipa_proxy.c"\n'
            done = subprocess.run(
                ["gcc", "-x", "c", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                 "-Werror", "-fsyntax-only", "-I", support.INCLUDE, "-I",
                 folder, "-"], input=text, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, universal_newlines=True,
                check=False)
        self.assertEqual(done.returncode, 0, done.stdout[:2000])

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
