#!/bin/sh
# SPDX-License-Identifier: MIT
# Sixty frames of the virtual camera while the light changes, with its IPA in a
# thread and in a process: a table, and whether the two runs are identical.
#
# usage: demo.sh BUILD [PHOTOGRAPH]
#
# Without a photograph it takes one that Debian ships under a free licence, if
# that is installed or can be fetched, or else the built-in chart.
set -eu

[ $# -ge 1 ] && [ $# -le 2 ] || {
	echo "usage: demo.sh BUILD [PHOTOGRAPH]" >&2
	exit 2
}
build=$(cd "$1" && pwd)
out=$build/demo
frames=60
photograph=${2-}

# Of python3-skimage: coffee.png is CC0, by Rachel Michetti.
find_photograph() {
	for file in "$out/photograph.png" \
		/usr/lib/python3/dist-packages/skimage/data/coffee.png; do
		[ -s "$file" ] && echo "$file" && return
	done
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 0
	echo "demo: looking for a photograph (Debian's python3-skimage)" >&2
	rm -rf "$out/package"
	mkdir -p "$out/package"
	if (cd "$out/package" &&
		timeout 60 apt-get -qq download python3-skimage &&
		dpkg-deb -x ./*.deb .) >/dev/null 2>&1; then
		cp "$(find "$out/package" -name coffee.png | head -n 1)" \
			"$out/photograph.png" 2>/dev/null || :
	fi
	rm -rf "$out/package"
	[ -s "$out/photograph.png" ] && echo "$out/photograph.png"
	return 0
}

# capture ISOLATION: into $out/ISOLATION
capture() {
	rm -rf "${out:?}/$1"
	mkdir -p "$out/$1"
	"$build/tools/camipc" capture --camera virtual --frames $frames \
		--isolation "$1" --module-path "$build/ipa/softisp" \
		--worker "$build/proxy/camipc-worker" \
		--output "$out/$1/frame-%04d.png" \
		--metadata "$out/$1/metadata.jsonl" \
		${photograph:+--scene "$photograph"} >"$out/$1.summary"
}

# field LINE NAME: a number of a line of JSON
field() {
	printf '%s\n' "$1" | sed "s/.*\"$2\":\\[\\{0,1\\}\\([-0-9.e]*\\).*/\\1/"
}

# rows ISOLATION: what happened, at a few frames
rows() {
	for frame in 0 19 20 26 39 40 59; do
		line=$(sed -n "$((frame + 1))p" "$out/$1/metadata.jsonl")
		printf '%-9s %5d %10s %6s %8s %6s %9s %11s\n' "$1" $frame \
			"$(field "$line" brightness)" "$(field "$line" kelvin)" \
			"$(field "$line" ExposureTime)" \
			"$(field "$line" AnalogueGain)" \
			"$(field "$line" MeanLuminance | cut -c1-6)" \
			"$(field "$line" ColourTemperature)"
	done
}

mkdir -p "$out"
[ -n "$photograph" ] || photograph=$(find_photograph)
echo "scene: ${photograph:-the built-in chart}"
echo "light: 5000 K; four times as bright from frame 20 on; from frame 40 on"
echo "       as bright as before, at 3000 K"
capture thread
capture process
echo
printf '%-9s %5s %10s %6s %8s %6s %9s %11s\n' IPA frame brightness kelvin \
	exposure gain mean estimated
rows thread
rows process
echo
cat "$out/thread.summary" "$out/process.summary"
echo "frames and metadata: $out/thread and $out/process"

different=0
for file in "$out"/thread/*; do
	cmp -s "$file" "$out/process/$(basename "$file")" ||
		different=$((different + 1))
done
n_thread=$(find "$out/thread" -type f | wc -l)
n_process=$(find "$out/process" -type f | wc -l)
if [ $different -eq 0 ] && [ "$n_thread" -eq $((frames + 1)) ] &&
	[ "$n_process" -eq "$n_thread" ]; then
	echo "identical: $frames frames and their metadata, thread and process, byte for byte"
else
	echo "DIFFERENT: $different of $n_thread files (thread), $n_process files (process)"
	exit 1
fi
