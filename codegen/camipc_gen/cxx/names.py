# SPDX-License-Identifier: MIT
"""All rules for names in C++. They keep the spelling of the IDL, where C folds
it: what is one name here is one name in C, too, and was refused before.

Namespace  the module, lower-cased: ipa.RPi is ipa::rpi. A module of one word
           is softispIpa: softisp is a struct of its C already, and other
           words may be functions of the C library; no name of C has small
           and capital letters. Only cam, the module of the core types, stays
           as it is.
Types      begin with a capital: IPACameraSensorInfo is CameraSensorInfo, a
           nested one has the outer type's name in front.
Members    (fields, parameters, methods, events) begin with a small letter:
           bufferId, ISPStats is ispStats.
           A name without small letters is folded, because it may be a macro
           somewhere: SEEK_SET is SeekSet.
Clashes    words of C++, macros, and names that the generated classes and their
           base classes need get an underscore.
"""

import re
from typing import List

from ..c import core_types
from ..c import names as c_names
from ..model import ir

# Macros of headers that a program with our C++ is likely to include, in the
# spelling that only C++ keeps: those of X11 that could name a part of an
# interface.
MACROS = frozenset("""
None Bool Status True False Success Always Above Below TopIf BottomIf Opposite
Unsorted Complex Convex Nonconvex KeyPress KeyRelease ButtonPress ButtonRelease
FocusIn FocusOut Expose NoExpose GrayScale StaticGray TrueColor DirectColor
PseudoColor StaticColor LSBFirst MSBFirst CurrentTime NoSymbol AllPlanes
ControlMask ShiftMask LockMask InputOutput InputOnly NotUseful WhenMapped
DestroyAll
""".split())
# The tag of a union of which no arm is set.
NO_ARM = "Nothing"
# Words in front of a module's name would hide what generated code uses.
_NAMESPACES = frozenset("std camipc abi posix".split())
# Classes of an interface, beside the types of the IDL.
CLASSES = "Proxy Events Handlers Module".split()
_TYPES = frozenset(CLASSES + ["Tag"])
# Macros with arguments that C libraries have: an accessor, a call and an event
# are a name before a bracket.
CALL_MACROS = frozenset("""
htonl htons ntohl ntohs howmany roundup powerof2 setbit clrbit isset isclr
sigmask toascii strdupa strndupa getc putc minor major makedev alloca offsetof
assert setjmp sigsetjmp va_start va_end va_arg va_copy fpclassify isfinite
isinf isnan isnormal signbit isgreater isless islessgreater isunordered
assert_perror be16toh be32toh be64toh bswap_16 bswap_32 bswap_64 btodb dbtob
dqoff fs_to_dq_blocks htobe16 htobe32 htobe64 htole16 htole32 htole64
issubnormal le16toh le32toh le64toh pthread_cleanup_pop
pthread_cleanup_pop_restore_np pthread_cleanup_push
pthread_cleanup_push_defer_np timeradd timerclear timercmp timerisset timersub
v4l2_fourcc v4l2_fourcc_be isalnum_l isalpha_l isascii isascii_l isblank_l
iscntrl_l isdigit_l isgraph_l islower_l isprint_l ispunct_l isspace_l isupper_l
isxdigit_l toascii_l
""".split())
# A function of ModuleBase that modules override.
_METHODS = CALL_MACROS | frozenset(["created"])
# Members of generated classes.
_MEMBERS = CALL_MACROS | frozenset("c copy clear".split())


def _is_caps(name: str) -> bool:
    return not re.search("[a-z]", name)


def _joined(words: List[str]) -> str:
    """Words as one name; digits stay apart from digits and letters."""
    text = ""
    for word in words:
        if text and word[0].isdigit():
            text += "_"
        text += word[:1].upper() + word[1:]
    return text


def _plain(name: str) -> str:
    """Without underscores that C++ reserves."""
    return re.sub("_+", "_", name).strip("_")


def _upper(name: str) -> str:
    name = _plain(name)
    if _is_caps(name) and len(name) > 1:
        return _joined(c_names.words(name))
    return name[:1].upper() + name[1:]


def _lower(name: str) -> str:
    name = _plain(name)
    if _is_caps(name):
        name = _joined(c_names.words(name))
        return name[:1].lower() + name[1:]
    found = re.match(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]", name)
    if not found:
        return name
    return found.group().lower() + name[found.end():]


def _free(name: str, taken=frozenset()) -> str:
    if name in taken or name in MACROS or c_names.is_reserved(name):
        return name + "_"
    return name


def namespace(module: str) -> str:
    """ipa.RPi -> ipa::rpi"""
    words = [word.lower() for word in module.split(".")]
    if len(words) == 1 and words[0] != core_types.MODULE:
        words[0] += "Ipa"
    return "::".join(_free(_plain(word) or "_", _NAMESPACES)
                     for word in words)


def of_declaration(declaration) -> str:
    """A struct, union, enum, without its namespace."""
    parts = [_without_ipa(name) for name in declaration.outer]
    return _free("".join(parts + [_without_ipa(declaration.name)]), _TYPES)


def _without_ipa(name: str) -> str:
    found = re.match(r"_*(?:IPA|ipa_)(?=[A-Z][a-z]|[a-z])", name)
    return _upper(name[found.end():] if found else name)


def of_made(c_name: str, package: str) -> str:
    """A type that the IDL does not name, by its name in C."""
    prefix = c_names.module_prefix(package)
    return _free(_joined(c_name[len(prefix):].strip("_").split("_")), _TYPES)


def of_enumerator(enumerator) -> str:
    return _free(_upper(re.sub(r"^k(?=[A-Z])", "", enumerator.name)))


def of_const(const: ir.Const, module: str) -> str:
    parts = const.qualified[len(module):].strip(".").split(".")
    return _free("".join(_upper(re.sub(r"^k(?=[A-Z])", "", part))
                         for part in parts), _TYPES)


def of_member(name: str) -> str:
    return _free(_lower(name), _MEMBERS)


def of_arm(name: str) -> str:
    return _free(of_member(name), ("tag",))


def of_tag(arm: str) -> str:
    """An arm, by its name in C++."""
    return _free(capital(arm.strip("_")))


def of_method(name: str) -> str:
    return _free(_lower(name), _METHODS)


def core(module: ir.Module, interface: ir.Interface) -> str:
    """What stands before Proxy: "" for the interface of its module's name."""
    if c_names.interface_prefix(module, interface) == \
            c_names.module_prefix(module.name):
        return ""
    name = re.sub(r"^IPA(?=.)", "", interface.name)
    return _upper(re.sub(r"(?<=.)Interface$", "", name))


def capital(name: str) -> str:
    """A method's name behind a verb: emitPictureMoved."""
    return name[:1].upper() + name[1:]
