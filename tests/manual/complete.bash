# SPDX-License-Identifier: MIT
# Completes the last of some words as bash does on TAB, and prints what it would
# offer, one per line.
#
# usage: bash complete.bash FILE PROGRAM WORD...
source "$1" || exit
shift
[[ $(complete -p "$1") =~ -F\ ([^\ ]+) ]] || exit
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
"${BASH_REMATCH[1]}" "$1" "${@: -1}" "${@: -2:1}"
for word in "${COMPREPLY[@]}"; do
	printf '%s\n' "$word"
done
