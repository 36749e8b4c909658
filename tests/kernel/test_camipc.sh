#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests camipc on the kernel's cameras: test_camipc.sh CAMIPC.
set -eu

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

contains "$("$camipc" list)" \
	'driver vimc, model VIMC MDEV, bus platform:vimc' \
	'driver vivid, model vivid, bus platform:vivid' ' entities' \
	'vimc-a: camera of /dev/media' 'vimc-b: camera of /dev/media' \
	'vivid-000: camera of /dev/media' 'softisp.so'

# capture CAMERA: frames, metadata and summary, with the IPA in the sandbox.
capture() {
	summary=$("$camipc" capture --camera "$1" --frames 4 --size 320x180 \
		--isolation process --sandbox required \
		--output "$work/$1-%d.ppm" --metadata "$work/$1.jsonl") ||
		fail "no frames from $1"
	contains "$summary" '4 frames in ' 'isolation process'
	# The header, and a byte for each colour of each pixel.
	for i in 0 1 2 3; do
		[ "$(wc -c <"$work/$1-$i.ppm")" = $((15 + 3 * 320 * 180)) ] ||
			fail "$1: frame $i has a wrong size"
	done
	[ "$(wc -l <"$work/$1.jsonl")" = 4 ] || fail "$1: metadata are missing"
	last=$(tail -n 1 "$work/$1.jsonl")
	contains "$last" '"frame":3' '"parametersFrame":3' \
		'"parametersReason":"onTime"' '"ExposureTime":' '"sensor":{'
	case $last in *'"light"'*) fail "nobody knows the light: $last" ;; esac
}
capture vimc-b
capture vivid-000

# refused TEXT ARGUMENT...: one line that explains, and exit code 2.
refused() {
	expected=$1
	shift
	code=0
	text=$("$camipc" capture "$@" 2>&1) || code=$?
	contains "$text" "$expected"
	[ "$code" = 2 ] || fail "exit code $code: $text"
	[ "$(printf '%s\n' "$text" | wc -l)" = 1 ] || fail "not a line: $text"
}
refused "did you mean 'vimc-a'?" --camera vimc-x
refused 'has no option light' --camera vivid --light 0=1@5000
refused 'the nearest is' --camera vivid --size 66x66
