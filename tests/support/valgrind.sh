#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test under valgrind: valgrind.sh PROGRAM [ARGUMENT]...
set -u

# Everything takes some twenty times longer, the start of a worker above all.
export CAMIPC_DEADLINE_SCALE="${CAMIPC_DEADLINE_SCALE:-10}"

# A close() that takes long stops all threads of a process there. The others start
# many workers, which take a second each and do nothing there that fewer do not, run
# compilers, count the allocations that valgrind makes in their place, or set a limit
# on files that valgrind's log exceeds.
case "$*" in
*/test_slow_close* | */test_many* | */test_death_matrix* | */test_headers_cxx.py* | \
*/test_allocations* | */test_file_limit*)
	echo "skipped: not under valgrind"
	exit 77
	;;
esac

# Absolute: workers are traced too, and start in another folder.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
logs=$(mktemp -d) || exit 99
trap 'rm -rf "$logs"' EXIT

valgrind --quiet --error-exitcode=99 --leak-check=full \
	--show-leak-kinds=definite,indirect \
	--errors-for-leak-kinds=definite,indirect \
	--suppressions="$here/valgrind.supp" \
	--track-fds=yes --trace-children=yes --child-silent-after-fork=yes \
	--trace-children-skip="*.sh,/bin/*,/usr/bin/*" \
	--log-file="$logs/%p.log" "$@"
status=$?

# Descriptors that the test got from its parent are not its own; nor are those
# that umockdev 0.17 opens for a test bed and never closes, nor the script that a
# shell runs.
leaks=$(awk '
	function end_block() {
		if (open != "" && !foreign)
			print open
		open = ""
		foreign = 0
	}
	/Open (file descriptor|AF_[A-Z0-9]+ socket) [0-9]+/ {
		end_block()
		open = $0
		next
	}
	/^==[0-9]+== *$/ { end_block() }
	/<inherited from parent>|\/libumockdev\.so|\(in \/usr\/bin\// { foreign = 1 }
	END { end_block() }
' "$logs"/*.log)
if [ -n "$leaks" ]; then
	printf 'left open:\n%s\n' "$leaks" >&2
	[ $status -ne 0 ] || status=99
fi
[ $status -ne 99 ] || cat "$logs"/*.log >&2
exit $status
