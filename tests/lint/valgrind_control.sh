#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests that our valgrind wrapper reports leaks of files, sockets and memory.
# usage: valgrind_control.sh WRAPPER PROGRAM
set -u

if ! command -v valgrind >/dev/null 2>&1; then
	echo "skipped: no valgrind"
	exit 77
fi

expect() { # STATUS WHAT
	"$wrapper" "$program" "$2" >/dev/null 2>&1
	status=$?
	if [ "$status" -ne "$1" ]; then
		echo "$2: exit status $status instead of $1"
		failed=1
	fi
}

wrapper=$1
program=$2
failed=0

# Sanitizers and valgrind don't run in one process.
if nm "$program" | grep -qE '__(asan|tsan)_init'; then
	echo "skipped: built with a sanitizer"
	exit 77
fi
expect 0 nothing
expect 7 status
expect 99 file
expect 99 socket
expect 99 memory
exit $failed
