#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test in a container: in_bwrap.sh BWRAP PROGRAM. It has a user namespace
# with one user, a pid namespace, a /proc of its own, and /dev/zero in the place of
# a graphics driver's node.
set -u

in_container() {
	"$1" --unshare-user --unshare-pid --unshare-ipc --die-with-parent \
		--bind / / --dev /dev \
		--dev-bind /dev/zero /dev/dri/renderD128 --proc /proc \
		"$2" ${3+"$3"}
}

if ! in_container "$1" /bin/true 2>/dev/null; then
	echo "skipped: bwrap does not work here"
	exit 77
fi
in_container "$1" "$2" self
