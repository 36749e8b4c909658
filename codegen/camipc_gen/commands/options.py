# SPDX-License-Identifier: MIT
"""Command-line options that several commands have."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import sys
from typing import Callable, Iterable, Optional, Sequence, Set, Tuple

from ..text.config import read_config
from ..text.diagnostic_ids import LINTS, WARNINGS
from ..text.diagnostics import CompileError, Diagnostics, did_you_mean
from ..text.loader import Options, own_idl
from ..text.printable import one_line
from ..version import VERSION
from . import console


# Help texts are laid out by hand for 79 columns, whatever the terminal has.
_FORMATTER = functools.partial(argparse.RawDescriptionHelpFormatter,
                               width=79, max_help_position=28)


class Parser(argparse.ArgumentParser):
    """A parser that refuses empty values, and a second value of an option that
    does not add values up. An error is one line."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.register("action", None, _Store)
        self.register("action", "store", _Store)
        self.register("action", "append", _Append)
        self.add_argument("--version", action="version",
                          version="camipc-gen " + VERSION,
                          help="print the version of camipc-gen")

    def parse_known_args(self, args=None, namespace=None):
        """Refuses unknown options before missing ones are complained about."""
        for word in sys.argv[1:] if args is None else args:
            if word == "--" or not self._refuses(word):
                break
        return super().parse_known_args(args, namespace)

    def _refuses(self, word: str) -> bool:
        """Refuses an unknown option. Returns False at the name of a command,
        whose parser knows the options behind it."""
        name = word.partition("=")[0]
        if name.startswith("--") and " " not in name and \
                name not in self._option_string_actions:
            self.error(unknown("option", name, self._option_string_actions))
        return not (self._subparsers and not word.startswith("-"))

    def _check_value(self, action, value) -> None:
        """Refuses an unknown command."""
        if action.choices is not None and value not in action.choices:
            message = unknown("command", value, action.choices)
            if not message.endswith("?"):
                message += "; the commands are " + ", ".join(action.choices)
            self.error(message)

    def error(self, message: str):
        message = one_line(message)
        console.write(sys.stderr, "%s: error: %s%s '%s --help' lists the "
                      "options\n" % (self.prog, message,
                                     "" if message.endswith("?") else ";",
                                     self.prog))
        raise SystemExit(2)


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """The message about a word that is not among the known ones."""
    # Dashes would make all options alike.
    names = {name.lstrip("-"): name for name in known if len(name) > 2}
    hint = did_you_mean(word.lstrip("-"), names)
    for name, whole in names.items():
        if hint == "did you mean '%s'?" % name:
            hint = "did you mean '%s'?" % whole
    return "unknown %s '%s'%s" % (kind, word, "; " + hint if hint else "")


def _check_value(action: argparse.Action, values) -> None:
    for value in values if isinstance(values, list) else [values]:
        if value == "":
            raise argparse.ArgumentError(
                action, "invalid value '': expected a value that is not empty")


# argparse has no public names of the classes that it registers itself.
_BASE = argparse.ArgumentParser()


class _Store(_BASE._registry_get("action", "store")):  # type: ignore[misc]
    def __call__(self, parser, namespace, values, option_string=None):
        _check_value(self, values)
        if option_string is not None:
            given = namespace.__dict__.setdefault("given_options", set())
            if self.dest in given:
                raise argparse.ArgumentError(
                    self, "the option is given twice: remove '%s' or the other "
                    "one" % values)
            given.add(self.dest)
        super().__call__(parser, namespace, values, option_string)


class _Append(_BASE._registry_get("action", "append")):  # type: ignore[misc]
    def __call__(self, parser, namespace, values, option_string=None):
        _check_value(self, values)
        super().__call__(parser, namespace, values, option_string)


class _AppendMapping(_Append):
    def __call__(self, parser, namespace, values, option_string=None):
        for source, target in getattr(namespace, self.dest) or ():
            if source == values[0] and target != values[1]:
                raise argparse.ArgumentError(
                    self, "'%s' is mapped to '%s' already: remove one of the "
                    "two" % (source, target))
        super().__call__(parser, namespace, values, option_string)


def parser_of(make: Callable, description: str, epilog: str,
              **arguments) -> argparse.ArgumentParser:
    """A parser made by @make. @description and @epilog are printed as they
    are, before and after the options."""
    return make(description=description, epilog=epilog,
                formatter_class=_FORMATTER, allow_abbrev=False, **arguments)


def one_of(*words: str) -> Callable[[str], str]:
    """The type of an option with a few possible values."""
    def check(text: str) -> str:
        if text not in words:
            hint = did_you_mean(text, words)
            raise argparse.ArgumentTypeError("invalid value '%s': expected %s%s"
                                             % (text, " or ".join(words),
                                                "; " + hint if hint else ""))
        return text
    return check


def folder(text: str) -> str:
    """The type of an option that names a folder to read: a wrong one would be
    ignored, or blamed on an import."""
    if text and not os.path.isdir(text):
        raise argparse.ArgumentTypeError(
            "invalid value '%s': expected a folder that exists" % text)
    return text


def add_command(commands, name: str, summary: str, description: str,
                epilog: str) -> argparse.ArgumentParser:
    """A command; @summary is its line in the list of commands."""
    return parser_of(functools.partial(commands.add_parser, name),
                     description, epilog, help=summary)


def add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE",
                        help="a .mojom file")


def mapping(text: str) -> Tuple[str, str]:
    source, equals, target = text.partition("=")
    if not (source and equals and target):
        raise argparse.ArgumentTypeError(
            "invalid value '%s': expected FROM=TO" % text)
    return source, target


def file_mapping(text: str) -> Tuple[str, str]:
    source, target = mapping(text)
    target = own_idl(target) or target
    if not os.path.exists(target):
        raise argparse.ArgumentTypeError(
            "invalid value '%s': expected FROM=TO with a file TO that exists"
            % text)
    return source, target


def _ordinal_base(text: str) -> int:
    return int(one_of("0", "1")(text))


CONFIG_HELP = "read settings such as these from the configuration FILE, too; " \
    "camipc-idl(5) describes it"


def add_reading(parser: argparse.ArgumentParser,
                config_help: str = CONFIG_HELP) -> None:
    """Options of all commands that compile files."""
    add = parser.add_argument
    add("-I", dest="include", action="append", default=[], type=folder,
        metavar="DIR", help="search imports in DIR, too; may be given several times")
    add("--import-map", action=_AppendMapping, default=[], type=file_mapping,
        metavar="FROM=TO", help="read the file TO for 'import \"FROM\"'; "
        "<core.mojom> is the file that belongs to camipc")
    add("--module-map", action=_AppendMapping, default=[], type=mapping,
        metavar="FROM=TO", help="make references to module FROM mean TO")
    add("--overlay", action="append", default=[], metavar="FILE",
        help="add the attributes in the overlay FILE")
    add("--ordinal-base", type=_ordinal_base, metavar="{0,1}",
        help="first ordinal: 1 (default), or 0 for Chromium's files")
    add("--config", metavar="FILE", help=config_help)


def add_warnings(parser: argparse.ArgumentParser) -> None:
    action = parser.add_argument(
        "-W", dest="warnings", action="append", default=[], metavar="NAME",
        help="no-NAME disables a warning, error=NAME makes it an error, "
        "error makes all warnings errors; may be given several times")
    # For the completions.
    action.values = ("error",) + tuple(  # type: ignore[attr-defined]
        form + name for name in WARNINGS for form in ("no-", "error="))


def reading_of(arguments, diagnostics: Diagnostics,
               include: Optional[Sequence[str]] = None) -> Options:
    """The options of add_reading(), and those of the configuration file, whose
    warnings are set in @diagnostics. @include: in the place of -I. Raises
    CompileError."""
    given = Options(
        tuple(arguments.include if include is None else include),
        tuple(arguments.import_map), tuple(arguments.module_map),
        tuple(arguments.overlay),
        1 if arguments.ordinal_base is None else arguments.ordinal_base)
    if arguments.config is None:
        return given
    config = read_config(arguments.config, diagnostics)
    if hasattr(arguments, "warnings"):      # of a command with -W
        own = _settings_of(arguments.warnings)[0]
        disabled, fatal = _settings_of(config.warnings)[0]
        diagnostics.set_warnings(disabled - own[1], fatal - own[0])
    return dataclasses.replace(
        given, include_dirs=given.include_dirs + config.include,
        import_map=_joined(given.import_map, config.import_map),
        module_map=_joined(given.module_map, config.module_map),
        config_overlays=tuple(path for path in config.overlay
                              if path not in given.overlays),
        ordinal_base=arguments.ordinal_base if arguments.ordinal_base
        is not None else config.ordinal_base
        if config.ordinal_base is not None else 1,
        output_prefix=config.output_prefix, config=config.path)


def _joined(given, config):
    """Both mappings; what the command line maps wins."""
    names = {source for source, _ in given}
    return given + tuple(pair for pair in config if pair[0] not in names)


def _settings_of(words: Iterable[str],
                 known: Iterable[str] = (*WARNINGS, *LINTS)
                 ) -> Tuple[Tuple[Set[str], Set[str]], Optional[str]]:
    """The warnings that these words of -W disable and make errors, and the
    first unknown word."""
    disabled: Set[str] = set()
    fatal: Set[str] = set()
    unknown_word = None
    for word in words:
        if word == "error":
            fatal.add("*")
        elif word.startswith("error=") and word[6:] in known:
            fatal.add(word[6:])
        elif word.startswith("no-") and word[3:] in known:
            disabled.add(word[3:])
        elif unknown_word is None:
            unknown_word = word
    return (disabled, fatal), unknown_word


def diagnostics_of(arguments, known: Iterable[str] = WARNINGS) -> Diagnostics:
    """Diagnostics with the settings of -W for the warnings in @known."""
    (disabled, fatal), unknown_word = _settings_of(arguments.warnings, known)
    diagnostics = Diagnostics(disabled=disabled, fatal=fatal)
    if unknown_word is not None:
        diagnostics.error("bad-option", None, "unknown warning '-W%s': "
                          "expected no-NAME, error=NAME or error; NAME is one "
                          "of %s%s" % (unknown_word, ", ".join(sorted(known)),
                                       _near_warning(unknown_word, known)))
    return diagnostics


def _near_warning(word: str, known: Iterable[str]) -> str:
    hint = did_you_mean(word, ["error"] + [
        form + name for name in known for form in ("no-", "error=")])
    return "; " + hint if hint else ""


def guarded(diagnostics: Diagnostics, work: Callable):
    """The result of @work, or None if @diagnostics has errors."""
    try:
        diagnostics.stop_on_errors()
        return work()
    except CompileError:
        return None
    except RecursionError:
        diagnostics.error("too-deep", None, "cannot follow a chain of imports, "
                          "constants or types: it is too long")
        return None
