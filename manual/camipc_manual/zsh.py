# SPDX-License-Identifier: MIT
"""Completion for zsh, with the texts of --help beside each option."""

from __future__ import annotations

from typing import List

from .model import Argument, Command, Option, Program

_SCRIPT = r"""#compdef @PROGRAM@
# SPDX-License-Identifier: MIT
# zsh completion for @PROGRAM@, made by manual/build.py.

_@NAME@_commands() {
	local -a commands
	commands=(
@COMMANDS@		'help:print the help text of a command'
	)
	_describe -t commands command commands
}

_@NAME@() {
	local curcontext=$curcontext state line ret=1
	typeset -A opt_args
	_arguments -C \
		'(- *)'{-h,--help}'[print a help text]' \
		'(- *)--version[print the version]' \
		'1:command:_@NAME@_commands' \
		'*::argument:->arguments' && ret=0
	[[ $state == arguments ]] || return ret
	curcontext=${curcontext%:*}-$line[1]:
	case $line[1] in
	help) _arguments '1:command:_@NAME@_commands' && ret=0 ;;
@CASES@	esac
	return ret
}

_@NAME@ "$@"
"""


def script(program: Program) -> str:
    """The file _PROGRAM for a folder of zsh's functions."""
    text = _SCRIPT
    for name, value in (
            ("PROGRAM", program.name), ("NAME", program.name.replace("-", "_")),
            ("COMMANDS", "".join("\t\t%s\n" % _quote(
                "%s:%s" % (command.name, command.summary))
                for command in program.commands)),
            ("CASES", "".join(_case(program, command)
                              for command in program.commands))):
        text = text.replace("@%s@" % name, value)
    return text


def _case(program: Program, command: Command) -> str:
    specs: List[str] = []
    for option in program.options_of(command):
        specs += _specs(option)
    specs += [_argument(argument, position) for position, argument in
              enumerate(command.arguments, 1)]
    return "\t%s)\n\t\t_arguments -s %s && ret=0 ;;\n" % (
        command.name, " ".join("\\\n\t\t\t" + spec for spec in specs))


def _specs(option: Option) -> List[str]:
    found = []
    for flag in option.flags:
        # All may be repeated as far as zsh is concerned: it lists them again.
        repeat = "*" if option.repeats else ""
        if not option.value:
            found.append(_quote("%s%s[%s]" % (repeat, flag,
                                              _escape(option.text))))
            continue
        assign = "=" if flag.startswith("--") else "+"
        found.append(_quote("%s%s%s[%s]:%s:%s" % (
            repeat, flag, assign, _escape(option.text), _escape(option.value),
            _action(option.values or option.offers, option.separator, option.complete,
                    option.suffixes))))
    return found


def _argument(argument: Argument, position: int) -> str:
    return _quote("%s:%s:%s" % (
        "*" if argument.several else position, _escape(argument.name),
        _action((), "", argument.complete, argument.suffixes)))


def _action(values, separator: str, complete: str, suffixes) -> str:
    if values and separator == ",":
        return "_sequence compadd - " + " ".join(values)
    if values:
        return "(%s)" % " ".join(values)
    if complete == "folder":
        return "_files -/"
    if complete == "file":
        # "(yaml)" alone would be a qualifier, not an alternative.
        endings = "|".join(one.lstrip(".") for one in suffixes)
        form = "*.(%s)" if len(suffixes) > 1 else "*.%s"
        return '_files -g "%s"' % (form % endings) if suffixes else "_files"
    return ""


def _escape(text: str) -> str:
    for char in "\\[]:":
        text = text.replace(char, "\\" + char)
    return text


def _quote(text: str) -> str:
    return "'%s'" % text.replace("'", "'\\''")
