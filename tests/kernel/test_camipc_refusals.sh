#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests what camipc refuses on the kernel's cameras, in one line each:
# test_camipc_refusals.sh CAMIPC.
set -eu
. "$(dirname "$0")/camipc_checks.sh"

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
refused '--format YUYV: ' --camera vivid --format YUYV
refused 'choose one of SRGGB8' --camera vimc-a --format RGB888
refused "did you mean 'vimc-a'?" --camera vimc-x --list-formats

for wrong in \
	'Menu=2|expected Menu Item 1 (1), Menu Item 3 (3) or ' \
	'Menu=|expected Menu Item 1 (1), Menu Item 3 (3) or ' \
	'Menuu=1|did you mean' \
	'Bitmask=1|expected flags, any of 0x80402010' \
	'Button=false|expected true' \
	'String=a much too long text|expected 2 to 4 bytes' \
	'x=1|--list-controls prints the controls' \
	'Horizontal Flip=maybe|expected true or false' \
	'device:Contrast=256|expected 0 to 255' \
	'S32 2 Element Array=1|expected 2 values of type int32' \
	'S32 2 Element Array=1,11|each -10 to 10; the first wrong one is number 2' \
	'U16 8x16 Matrix=1|expected 128 values of type uint16' \
	'Area=300|expected a size: WIDTHxHEIGHT' \
	'Read-Only Integer 32 Bits=1|can only be read' \
	'device:Brightness=1|the IPA sets the control' \
	'device:AeEnable=1|unknown control' \
	'AeLocked=1|cannot be set on this camera'; do
	refused "${wrong##*|}" --camera vivid --control "${wrong%%|*}"
done
refused 'IPA accepts no controls' --camera vimc-a --ipa vimc \
	--control AeEnable=off
refused 'unknown control' --camera virtual --control device:Gamma=1

# What is no camera, and what nobody may open.
refused '/dev/null: it is no media device' --camera /dev/null
refused '/dev/media9: no such file' --camera /dev/media9
refused "it belongs to /dev/media" --camera "$(node_of 'vivid-*-vid-cap')"
refused "it belongs to /dev/media" --camera /dev/v4l-subdev0
refused 'it is no media device' --camera "$0"
chmod 755 "$work"
real=$camipc
cat >"$work/nobody" <<END
#!/bin/sh
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$real" "\$@"
END
chmod 755 "$work/nobody"
camipc=$work/nobody
contains "$("$camipc" list)" '/dev/media0: permission denied'
refused ': permission denied, which groups such as video have; expected virtual' \
	--camera vivid
chmod 666 /dev/media*
refused '/dev/v4l-subdev0: open failed (permission denied): the user has no' \
	--camera vimc-a
refused ': open failed (permission denied): the user has no' \
	--camera vivid --list-formats
chmod 600 /dev/media*
camipc=$real

# Two programs want the same camera.
"$camipc" capture --camera vimc-a --frames 0 --metadata "$work/first" \
	>"$work/out" &
until "$camipc" list | grep -q 'vimc-a: .*; another program uses it'; do
	kill -0 $! || fail "the first program ended: $(cat "$work/out")"
done
case $("$camipc" list) in
*'vimc-b: '*'another program'*'virtual: '*) fail "nobody uses vimc-b" ;;
esac
refused 'the pipeline streams, perhaps for another program' --camera vimc-a
contains "$("$camipc" capture --camera vimc-b --frames 1)" '1 frame in '
kill -TERM $!
wait $! || fail "the first program ended with $?"
contains "$("$camipc" capture --camera vimc-a --frames 1)" '1 frame in '

refused '--fps 1000: /dev/video' --camera vivid --fps 1000
refused 'the nearest is 1/' --camera vivid --fps 1000
refused 'the frame rate of the ' --camera vimc-b --fps 30
