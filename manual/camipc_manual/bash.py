# SPDX-License-Identifier: MIT
"""Completion for bash: a function that needs nothing but bash itself."""

from __future__ import annotations

from typing import List, Tuple

from .model import Option, Program

_SCRIPT = r"""# SPDX-License-Identifier: MIT
# bash completion for @PROGRAM@, made by manual/build.py.

_@NAME@_words() {
	case $1 in
@WORDS@	esac
}

# Prints "file ENDING...", "folder", or "words WORD..." for the value of an
# option, and "none" for one that takes any value.
_@NAME@_value() {
	case $1 in
@VALUES@	esac
}

# Completes with names of files, of which those with an ending are kept.
_@NAME@_files() {
	local word=$1 path ending
	shift
	compopt -o filenames 2>/dev/null
	while IFS= read -r path; do
		if [[ $# -eq 0 || -d $path ]]; then
			COMPREPLY+=("$path")
			continue
		fi
		for ending; do
			[[ $path == *"$ending" ]] && COMPREPLY+=("$path")
		done
	done < <(compgen -f -- "$word")
}

_@NAME@_answer() {
	local word=$1 kind=$2 before=
	shift 2
	case $kind in
	file) _@NAME@_files "$word" "$@" ;;
	folder)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	list)
		# The last one of several values, separated by commas.
		[[ $word == *,* ]] && before=${word%,*},
		mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- \
			"${word##*,}") ;;
	words) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word") ;;
	esac
}

_@NAME@() {
	local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	local before=${COMP_WORDS[COMP_CWORD-1]} words
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_@NAME@_answer "$word" words $(_@NAME@_words "")
		return
	fi
	if [[ $command == help ]]; then
		((COMP_CWORD == 2)) &&
			_@NAME@_answer "$word" words @COMMANDS@
		return
	fi
	# "--name=value" is three words where = separates words.
	if [[ $word == = ]]; then
		word=
	elif [[ $before == = && COMP_CWORD -ge 3 ]]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	elif [[ $word == --*=* ]]; then
		before=${word%%=*}
		word=${word#*=}
	fi
	if [[ $before == -* ]]; then
		words=$(_@NAME@_value "$command $before")
		if [[ -n $words ]]; then
			_@NAME@_answer "$word" $words
			return
		fi
	fi
	# A value that is attached to a letter: "-Wno-NAME".
	if [[ $word == -[A-Za-z]?* ]]; then
		words=$(_@NAME@_value "$command ${word:0:2}")
		[[ $words == words\ * ]] || return 0
		mapfile -t COMPREPLY < <(compgen -P "${word:0:2}" \
			-W "${words#words }" -- "${word:2}")
	elif [[ $word == -* ]]; then
		_@NAME@_answer "$word" words $(_@NAME@_words "$command")
	else
		words=$(_@NAME@_value "$command")
		[[ -z $words ]] || _@NAME@_answer "$word" $words
	fi
}

complete -F _@NAME@ @PROGRAM@
"""


def script(program: Program) -> str:
    """The file that bash-completion loads for the program."""
    commands = [command.name for command in program.commands]
    top = [flag for option in program.common[-2:] for flag in option.flags]
    words = [("''", commands + ["help"] + top)]
    values: List[Tuple[str, str]] = []
    for command in program.commands:
        options = program.options_of(command)
        words.append((command.name, [flag for option in options
                                     for flag in option.flags]))
        for option in options:
            if option.value:
                values += [("'%s %s'" % (command.name, flag), _answer(option))
                           for flag in option.flags]
        for argument in command.arguments:
            if argument.complete:
                values.append((command.name, " ".join(
                    ("file",) + argument.suffixes)))
                break
    text = _SCRIPT
    for name, value in (
            ("PROGRAM", program.name), ("NAME", program.name.replace("-", "_")),
            ("COMMANDS", " ".join(commands)),
            ("WORDS", "".join("\t%s) echo '%s' ;;\n" % (key, " ".join(list_))
                              for key, list_ in words)),
            ("VALUES", "".join("\t%s) echo '%s' ;;\n" % pair
                               for pair in values))):
        text = text.replace("@%s@" % name, value)
    return text


def _answer(option: Option) -> str:
    if option.values or option.offers:
        kind = "list" if option.separator == "," else "words"
        return " ".join((kind,) + (option.values or option.offers))
    if option.complete == "file":
        return " ".join(("file",) + option.suffixes)
    return option.complete or "none"
