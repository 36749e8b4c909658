# SPDX-License-Identifier: MIT
"""All rules for names in C; idl/README.md documents them.

Words    break before [A-Z] after [a-z], between [A-Z]+ and [A-Z][a-z], and
         after a digit only before [A-Z][a-z]: IPACameraSensorInfo is
         ipa_camera_sensor_info, V4L2 stays v4l2, float32Array splits.
Prefix   the module, lower-cased, dots turned into underscores, never split:
         ipa.RPi is ipa_rpi.
Types    prefix and words, a leading word IPA dropped, as from enumerators and
         constants; nested ones after the outer type's words.
Clashes  words that C, C++ or the C library took get an underscore, and so do
         members and parameters that begin with camipc_. A name made by the
         generator is in one of four places: in the tables below; in
         check/names.py, which refuses what clashes with a type, a function or
         a table; behind camipc_; or it ends with an underscore, as locals do.
"""

import re
from typing import Iterable, List

from ..model import ir

_BREAKS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=[A-Z][a-z])"
                     r"|(?<=[A-Z])(?=[A-Z][a-z])")

_C_WORDS = """
auto break case char const continue default do double else enum extern float
for goto if inline int long register restrict return short signed sizeof static
struct switch typedef union unsigned void volatile while asm typeof bool true
false
"""
_CPP_WORDS = """
alignas alignof and and_eq bitand bitor catch char8_t char16_t char32_t class
co_await co_return co_yield compl concept const_cast consteval constexpr
constinit decltype delete dynamic_cast explicit export friend mutable namespace
new noexcept not not_eq nullptr operator or or_eq private protected public
reinterpret_cast requires static_assert static_cast template this thread_local
throw try typeid typename using virtual wchar_t xor xor_eq
"""
# Types of generated code. In C++ a member must not have the name of a type that
# its struct uses.
_C_TYPES = """
int8_t uint8_t int16_t uint16_t int32_t uint32_t int64_t uint64_t size_t
ssize_t ptrdiff_t intptr_t uintptr_t intmax_t uintmax_t max_align_t va_list
"""
# Macros of headers that a program with our headers is likely to include: of
# the C library those that stand for a name without "(" behind it, of others
# (Qt, Windows) the notorious ones.
MACROS = frozenset("""
errno unix linux i386 major minor makedev stdin stdout stderr assert offsetof
signals slots emit foreach near far interface environ complex imaginary I NULL
EOF INFINITY NAN TRUE FALSE ERROR DEBUG alloca noreturn setjmp h_errno h_addr
d_fileno st_atime st_ctime st_mtime sa_handler sa_sigaction sched_priority
s6_addr s6_addr16 s6_addr32 si_addr si_addr_lsb si_arch si_band si_call_addr
si_fd si_int si_lower si_overrun si_pid si_pkey si_ptr si_status si_stime
si_syscall si_timerid si_uid si_upper si_utime si_value
sigev_notify_attributes sigev_notify_function math_errhandling
no_argument optional_argument required_argument basename dq_bhardlimit
dq_bsoftlimit dq_btime dq_curinodes dq_curspace dq_ihardlimit dq_isoftlimit
dq_itime dq_valid ifa_broadaddr ifa_dstaddr ifc_buf ifc_req ifr_addr
ifr_bandwidth ifr_broadaddr ifr_data ifr_dstaddr ifr_flags ifr_hwaddr
ifr_ifindex ifr_map ifr_metric ifr_mtu ifr_name ifr_netmask ifr_newname ifr_qlen
ifr_slave input_event_sec input_event_usec msg_cbytes v4l2_subdev_edid
""".split())
# Names of parameters and locals in generated code.
_LOCALS = "ipa user host args outs ret done i"
# Functions that generated code calls where parameters are visible.
_C_FUNCTIONS = "memcpy memset strlen malloc free"
# Of every function and type of the library.
_LIBRARY = "camipc_"

RESERVED = frozenset((_C_WORDS + _CPP_WORDS + _C_TYPES).split()) | MACROS
RESERVED_PARAMETERS = RESERVED | frozenset(
    (_LOCALS + " " + _C_FUNCTIONS).split())

# The first word of a module's name becomes that of macros: int.MAX would be
# INT_MAX. Those of the library, of C's limits, and those of generated statics.
RESERVED_MODULES = frozenset("""
camipc char short int long float double int8 uint8 int16 uint16 int32 uint32
int64 uint64 uint size ssize ptrdiff wchar wint sig intptr uintptr intmax
uintmax schar uchar shrt ushrt ulong llong ullong flt dbl ldbl ret has n seen
room check clear complete copy decode default deliver encode fields get init
invoke put refuse
""".split())


def words(name: str) -> List[str]:
    """The words of an IDL name, in lower case."""
    parts = [part for part in name.split("_") if part]
    return [word.lower() for part in parts for word in _BREAKS.split(part)]


def snake(name: str) -> str:
    return "_".join(words(name))


def member(name: str) -> str:
    """A field of a struct."""
    return _free(snake(name), RESERVED)


def parameter(name: str) -> str:
    return _free(snake(name), RESERVED_PARAMETERS)


def _free(name: str, taken: Iterable[str]) -> str:
    return name + "_" if is_reserved(name, taken) else name


def is_reserved(name: str, taken: Iterable[str] = RESERVED) -> bool:
    return name in taken or name.startswith(_LIBRARY)


def of_member(field: ir.Declaration) -> str:
    """A field's C name; [cname=] overrules the rules."""
    return field.attribute("cname") or member(field.name)


def of_arm(arm: ir.Declaration) -> str:
    """A member of a union, which stands beside the struct's tag."""
    return _free(of_member(arm), ("tag",))


def of_parameter(field: ir.Declaration) -> str:
    return field.attribute("cname") or parameter(field.name)


def module_prefix(module: str) -> str:
    """ipa.RPi -> ipa_rpi"""
    return module.lower().replace(".", "_")


def guard(module: ir.Module) -> str:
    """The beginning of the include guards of a file's headers."""
    prefix = module_prefix(module.name)
    if prefix.rsplit("_", 1)[-1] != module.stem:
        prefix += "_" + module.stem
    return prefix.upper()


def type_words(name: str) -> str:
    """The words of a type's name without a leading IPA."""
    parts = words(name)
    if parts[0] == "ipa" and len(parts) > 1:
        parts = parts[1:]
    return "_".join(parts)


def stem_words(declaration) -> str:
    """What follows the prefix in the name of a struct, union or enum."""
    own = type_words(declaration.name)
    if not getattr(declaration, "external", None):
        own = declaration.attribute("cname") or own
    outer = [type_words(name) for name in declaration.outer]
    return "_".join(outer + [own])


def of_type(declaration) -> str:
    """A struct's, union's or enum's tag."""
    return module_prefix(declaration.module) + "_" + stem_words(declaration)


def of_enumerator(enum: ir.Enum, enumerator: ir.Enumerator) -> str:
    name = enumerator.attribute("cname")
    if not name:
        name = re.sub(r"^k(?=[A-Z])", "", enumerator.name)
        name = type_words(name)
    parts = [module_prefix(enum.module)]
    parts += [type_words(outer) for outer in enum.outer]
    if enum.scoped:
        parts.append(enum.attribute("cname") or type_words(enum.name))
    return "_".join(parts + [name]).upper()


def of_const(module: ir.Module, const: ir.Const) -> str:
    prefix = module_prefix(module.name)
    outer = const.qualified[len(module.name):].strip(".").split(".")[:-1]
    for interface in module.interfaces:
        if outer and outer[0] == interface.name:
            prefix = interface_prefix(module, interface)
            outer = outer[1:]
    parts = [prefix] + [type_words(name) for name in outer]
    name = const.attribute("cname") or type_words(
        re.sub(r"^k(?=[A-Z])", "", const.name))
    return "_".join(parts + [name]).upper()


def interface_prefix(module: ir.Module, interface: ir.Interface) -> str:
    """ipa_vimc for IPAVimcInterface of ipa.vimc, else module and core word."""
    last = module.name.rsplit(".", 1)[-1].lower().replace("_", "")
    prefix = module_prefix(module.name)
    if interface.core.lower() == last:
        return prefix
    return prefix + "_" + interface.core.lower()


def interface_name(module: ir.Module, interface: ir.Interface) -> str:
    """The name that two builds compare: the module's, unless it has several
    interfaces."""
    if interface_prefix(module, interface) == module_prefix(module.name):
        return module.name
    return module.name + "." + interface.core


def of_method(method: ir.Method) -> str:
    return method.attribute("cname") or snake(method.name)
