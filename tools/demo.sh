#!/bin/sh
# SPDX-License-Identifier: MIT
# Captures frames of the virtual camera while the light changes, with its IPA in
# a thread and in a process. Prints a table, keeps pictures and a plot of exposure
# and colours, and checks that the two runs are identical.
#
# usage: demo.sh [--frames N] BUILD [PHOTOGRAPH]
#
# N is 120 by default. The light changes after a third and after two thirds of
# the frames. Without PHOTOGRAPH the scene is one that Debian ships under a free
# licence, if it is installed or can be downloaded, else the built-in chart.
set -eu

usage() {
	echo "usage: demo.sh [--frames N] BUILD [PHOTOGRAPH]    (N: 30 or more)" >&2
	exit 2
}

frames=120
if [ "${1-}" = --frames ]; then
	[ $# -ge 2 ] || usage
	case $2 in
	'' | *[!0-9]* | ??????*) usage ;;
	esac
	frames=$2
	[ "$frames" -ge 30 ] || usage
	shift 2
fi
[ $# -ge 1 ] && [ $# -le 2 ] || usage
build=$(cd "$1" && pwd)
out=$build/demo
worker=$(find "$build" -name camipc-worker -type f | head -n 1)
brighter=$((frames / 3))
warmer=$((2 * frames / 3))
photograph=${2-}

# From python3-skimage: coffee.png is CC0, by Rachel Michetti.
find_photograph() {
	for file in "$out/photograph.png" \
		/usr/lib/python3/dist-packages/skimage/data/coffee.png; do
		[ -s "$file" ] && echo "$file" && return
	done
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 0
	echo "demo: downloading a photograph (Debian's python3-skimage)" >&2
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

# capture ISOLATION: captures into $out/ISOLATION
capture() {
	rm -rf "${out:?}/$1"
	mkdir -p "$out/$1"
	"$build/tools/camipc" capture --camera virtual --frames $frames \
		--isolation "$1" --module-path "$build/ipa/softisp" \
		--worker "$worker" \
		--light "0=1@5000,$brighter=4@5000,$warmer=1@3000" \
		--output "$out/$1/frame-%04d.png" \
		${plots:+--plot "$out/$1/converge.png"} \
		--metadata "$out/$1/metadata.jsonl" \
		${photograph:+--scene "$photograph"} >"$out/$1.summary"
}

# field LINE NAME: prints a number of a line of JSON
field() {
	printf '%s\n' "$1" | sed "s/.*\"$2\":\\[\\{0,1\\}\\([-0-9.e]*\\).*/\\1/"
}

# rows ISOLATION: prints the values of a few frames
rows() {
	for frame in 0 $((brighter - 1)) $brighter $((brighter + 6)) \
		$((warmer - 1)) $warmer $((frames - 1)); do
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
rm -f "$out/converge.png"
[ -n "$photograph" ] || photograph=$(find_photograph)
echo "scene: ${photograph:-the built-in chart}"
echo "light: 5000 K; from frame $brighter on four times as bright; from frame $warmer on"
echo "       3000 K and as bright as in the beginning"
# A build without cairo reports that before it checks --output.
plots=yes
n_plots=1
if "$build/tools/camipc" capture --plot /dev/null --output %none 2>&1 |
	grep -q 'without cairo'; then
	plots=
	n_plots=0
fi
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
for at in "first 0" "brighter $brighter" "converged $((warmer - 1))" \
	"warmer $warmer" "converged-warm $((frames - 1))"; do
	cp "$out/thread/frame-$(printf %04d "${at#* }").png" \
		"$out/${at% *}.png"
done
echo "pictures: $out/first.png, brighter.png, converged.png, warmer.png,"
echo "          converged-warm.png"
[ -z "$plots" ] || {
	cp "$out/thread/converge.png" "$out/converge.png"
	echo "plot: $out/converge.png"
}

different=0
for file in "$out"/thread/*; do
	cmp -s "$file" "$out/process/$(basename "$file")" ||
		different=$((different + 1))
done
n_thread=$(find "$out/thread" -type f | wc -l)
n_process=$(find "$out/process" -type f | wc -l)
if [ $different -eq 0 ] && [ "$n_thread" -eq $((frames + 1 + n_plots)) ] &&
	[ "$n_process" -eq "$n_thread" ]; then
	echo "identical: $frames frames and their metadata, thread and process, byte for byte"
else
	echo "DIFFERENT: $different of $n_thread files (thread), $n_process files (process)"
	exit 1
fi
