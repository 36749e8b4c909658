#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests a capture whose source changes: test_camipc_source.sh CAMIPC. The first
# input of vivid must be HDMI (vivid.input_types=0x3).
set -eu
. "$(dirname "$0")/camipc_checks.sh"
has v4l2-ctl || exit 77
vivid=$(node_of 'vivid-*-vid-cap')

# Entries of vivid's menus: the signal, and two timings of 1920 and of 640 columns.
lost='dv_timings_signal_mode=1'
second='dv_timings=10,dv_timings_signal_mode=4'
third='dv_timings=0,dv_timings_signal_mode=4'

# begin: a capture without an end, as $capture; its frames are $work/f-N.ppm.
begin() {
	rm -f "$work"/f-*.ppm "$work/metadata"
	"$camipc" capture --camera vivid --frames 0 --size 320x180 \
		--output "$work/f-%d.ppm" --metadata "$work/metadata" \
		>"$work/out" 2>&1 &
	capture=$!
	await 0
}

# await N: until frame N is there.
await() {
	until [ -e "$work/f-$1.ppm" ]; do
		kill -0 "$capture" || fail "no frame $1: $(cat "$work/out")"
		sleep 0.1
	done
}

# A source sends another size, and then a third: frames go on, of the size that was
# asked for, and the driver has the timings of the source.
width=$(v4l2-ctl -d "$vivid" --get-dv-timings | sed -n 's/.*Active width: //p')
[ "$width" != 1920 ] || fail "the first source is like the second one"
begin
for change in "$second 1920" "$third 640"; do
	v4l2-ctl -d "$vivid" --set-ctrl "${change% *}"
	until grep -q 'Active width: '"${change#* }"'$' "$work/timings"; do
		kill -0 "$capture" || fail "it ended: $(cat "$work/out")"
		v4l2-ctl -d "$vivid" --get-dv-timings >"$work/timings"
	done 2>"$work/errors"
	changed=$(sed -n 's/.*frame \([0-9]*\): the source changed.*/\1/p' \
		"$work/out" | tail -n 1)
	await $((changed + 3))
done
kill -TERM "$capture"
wait "$capture" || fail "it ended with $?: $(cat "$work/out")"
contains "$(cat "$work/out")" ' frames in '
[ "$(grep -c 'the source changed: starting again' "$work/out")" = 2 ] ||
	fail "two changes are not two: $(cat "$work/out")"
for frame in "$work"/f-*.ppm; do
	[ "$(wc -c <"$frame")" = $((15 + 3 * 320 * 180)) ] ||
		fail "$frame has a wrong size"
done

# A source that ends is an error, in one line. No metadata are left.
begin
v4l2-ctl -d "$vivid" --set-ctrl "$lost"
code=0
wait "$capture" || code=$?
[ "$code" = 1 ] || fail "exit code $code: $(cat "$work/out")"
contains "$(tail -n 1 "$work/out")" 'no source sends a signal'
[ ! -e "$work/metadata" ] || fail "metadata of a capture that failed"
