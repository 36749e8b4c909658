#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds steady.so into a folder, with a compiler and pkg-config alone. To build
# for another machine, name this machine's generator and IDL.
# usage: [CAMIPC_GENERATOR=FILE CAMIPC_IDL=DIR] build.sh OUT
set -eu

source=$(dirname -- "$0")
out=$1
idl=${CAMIPC_IDL:-$(pkg-config --variable=idldir camipc-ipa)}
generator=${CAMIPC_GENERATOR:-$(pkg-config --variable=generator camipc-ipa)}

"$generator" compile --emit types,serializer,interface,worker -I "$idl" \
	--out "$out" "$idl/softisp.mojom"
# shellcheck disable=SC2046 # lists of words
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -Wl,-z,defs \
	-I "$out" $(pkg-config --cflags camipc-ipa) \
	"$source/steady.c" "$out"/softisp_ipa_*.c \
	$(pkg-config --libs camipc-ipa) -o "$out/steady.so"
"${STRIP:-strip}" "$out/steady.so"
