# SPDX-License-Identifier: MIT
# What the tests of camipc on kernel cameras share: $camipc, a folder $work that is
# removed at the end, and checks of what camipc prints.

# The machine has one processor, and may share it with much else.
export CAMIPC_DEADLINE_SCALE=20

camipc=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	printf '%s\n' "$*"
	exit 1
}

# contains TEXT EXPECTED...
contains() {
	text=$1
	shift
	for expected; do
		case $text in
		*"$expected"*) ;;
		*) fail "\"$expected\" is missing in:
$text" ;;
		esac
	done
}

# node_of NAME: the video node that the driver calls so, a pattern.
node_of() {
	for node in /sys/class/video4linux/video*; do
		case $(cat "$node/name") in
		$1) echo "/dev/${node##*/}" ;;
		esac
	done
}

# has PROGRAM: whether it is installed; prints that it is not.
has() {
	command -v "$1" >/dev/null && return
	echo "without $1: its part is skipped"
	return 1
}
