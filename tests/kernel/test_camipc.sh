#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests camipc on the kernel's cameras: test_camipc.sh CAMIPC.
set -eu
. "$(dirname "$0")/camipc_checks.sh"
vivid=$(node_of 'vivid-*-vid-cap')
raw=$(node_of 'Raw Capture 1')

# What another program finds wrong with the driver of a node. Its version is not
# the kernel's, so some of its tests fail in any state.
failures_of() {
	v4l2-compliance -d "$1" | grep -a 'FAIL\|^Total'
}
has v4l2-compliance && failures_of "$raw" >"$work/before"

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

# The state that this has set, as other programs see it.
if has media-ctl; then
	for pad in '"Sensor B":0' '"Debayer B":0'; do
		contains "$(media-ctl -d /dev/media0 --get-v4l2 "$pad")" \
			'fmt:SRGGB10_1X10/320x180 '
	done
	contains "$(media-ctl -d /dev/media0 -p)" \
		'-> "Raw Capture 1":0 [ENABLED' '-> "Scaler":0 []'
fi
if has v4l2-ctl; then
	for node in "$raw" "$vivid"; do
		contains "$(v4l2-ctl -d "$node" --get-fmt-video)" \
			': 320/180' "'RG10'"
	done
	contains "$(v4l2-ctl -d "$vivid" --get-input)" ': 0'
fi
if has v4l2-compliance; then
	failures_of "$raw" >"$work/after"
	diff "$work/before" "$work/after" || fail "a capture broke $raw"
	grep -q "^Total .*Succeeded: [1-9]" "$work/after" ||
		fail "v4l2-compliance tested nothing: $(cat "$work/after")"
fi

# An IPA that reads the frames in the worker, found by name and by path.
for ipa in vimc "$(dirname "$camipc")/../ipa/vimc/vimc.so"; do
	contains "$("$camipc" capture --camera vimc-a --ipa "$ipa" --frames 3 \
		--isolation process --sandbox required \
		--metadata "$work/hashes")" '3 frames in ' 'isolation process'
	[ "$(grep -c '"rawHash":"[0-9a-f]\{16\}"' "$work/hashes")" = 3 ] ||
		fail "hashes are missing: $(cat "$work/hashes")"
done

contains "$("$camipc" capture --camera vivid --list-formats)" \
	'SRGGB10 (default): 640x480, ' 'SBGGR12: 320x180, ' ' 30, ' \
	' frames per second'
contains "$("$camipc" capture --camera vimc-b --list-formats)" \
	'SRGGB10 (default): 64x64 to 4096x' 'at the frame rate of the driver'
contains "$("$camipc" capture --camera vivid --list-controls)" \
	'AnalogueGain float: 1 to 1.9375, default 1' \
	'AeEnable bool: true or false, default true' \
	'of the device, for its driver, the IPA and --control:' \
	'    Brightness int32: 0 to 255, default 128' \
	'    Menu int32: Menu Item 1 (1), Menu Item 3 (3) or Menu Item 4 (4), default Menu Item 3 (3)' \
	'    Bitmask uint32: flags, any of 0x80402010, default 0x80002000' \
	'    Button bool: true' \
	'    Read-Only Integer 32 Bits int32: 0 to 255, default 0, read-only' \
	'    Area Size: any WIDTHxHEIGHT' '    String string: ' \
	'    U16 8x16 Matrix uint16[128]: '
contains "$("$camipc" capture --camera vivid --frames 2 --format SGBRG8)" \
	'2 frames in '

# Frame rates, as another program sees them.
contains "$("$camipc" capture --camera vivid --frames 2 --size 320x180 --fps 25 \
	--metadata "$work/slow")" '2 frames in '
# The IPA knows it: a frame is 40 ms long, and 352 of its 360 lines can be exposed.
contains "$(cat "$work/slow")" '"FrameDuration":40000,'
contains "$("$camipc" capture --camera vivid --size 320x180 --fps 25 \
	--list-controls)" 'ExposureTime int32: 444 to 39111, default 9777'
contains "$(cat "$work/vivid-000.jsonl")" '"FrameDuration":33333,'
if has v4l2-ctl; then
	contains "$(v4l2-ctl -d "$vivid" --get-parm)" '25.000 (25/1)'
fi

# elements N: as many elements of an array, from 16 to 32.
elements() {
	seq "$1" | awk '{ printf "%s%d", (NR > 1 ? "," : ""), 16 + $1 % 17 }'
}

# Controls of the device, as another program sees them. softisp has a Contrast of
# its own, so the prefix is needed.
contains "$("$camipc" capture --camera vivid --frames 1 --control Menu=4 \
	--control 'Horizontal Flip=on' --control String=abc \
	--control 'Integer 64 Bits=-7' --control device:Contrast=100 \
	--control 'S32 2 Element Array=3,-4' --control AeEnable=off \
	--control Button=on --control Area=300x200 \
	--control "U16 8x16 Matrix=$(elements 128)" \
	--control "U8 2x3x4x5 Array=$(elements 120)" \
	--control "U8 Pixel Array=$(elements 1200)")" '1 frame in '
if has v4l2-ctl; then
	contains "$(v4l2-ctl -d "$vivid" --get-ctrl menu \
		--get-ctrl horizontal_flip --get-ctrl string \
		--get-ctrl integer_64_bits --get-ctrl contrast \
		--get-ctrl area)" \
		'menu: 4' 'horizontal_flip: 1' "string: 'abc'" \
		'integer_64_bits: -7' 'contrast: 100' 'area: 300x200'
fi
"$camipc" capture --camera vivid --frames 1 --quiet --control Menu=3 \
	--control 'Horizontal Flip=off' --control device:Contrast=128
# Names of entries, flags, and a button.
contains "$("$camipc" capture --camera vivid --frames 1 \
	--control 'Menu=menu item 4' --control 'Bitmask=0x2000' \
	--control Button=true)" '1 frame in '
if has v4l2-ctl; then
	contains "$(v4l2-ctl -d "$vivid" --get-ctrl menu --get-ctrl bitmask)" \
		'menu: 4' 'bitmask: 8192'
fi
"$camipc" capture --camera vivid --frames 1 --quiet --control Menu=3 \
	--control Bitmask=0x80002000
contains "$("$camipc" capture --camera vimc-a --frames 1 \
	--control 'Show Information=2')" '1 frame in '

# Until a signal.
"$camipc" capture --camera vimc-a --frames 0 --metadata "$work/endless" \
	--output "$work/endless-%d.ppm" >"$work/out" &
until [ -e "$work/endless-1.ppm" ]; do
	kill -0 $! || fail "an endless capture ended"
	sleep 0.1
done
kill -TERM $!
wait $! || fail "an endless capture ended with $?"
contains "$(cat "$work/out")" ' frames in '
[ "$(wc -l <"$work/endless")" -gt 0 ] || fail "no frames before the signal"
