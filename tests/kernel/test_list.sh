#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests that `camipc list` shows the kernel's cameras: test_list.sh CAMIPC.
set -eu

list=$("$1" list)
for expected in 'driver vimc, model VIMC MDEV, bus platform:vimc' \
	'driver vivid, model vivid, bus platform:vivid' ' entities'; do
	case $list in
	*"$expected"*) ;;
	*)
		printf '"%s" is missing in:\n%s\n' "$expected" "$list"
		exit 1
		;;
	esac
done
