#!/bin/sh
# SPDX-License-Identifier: MIT
# Stands for a test that cannot run: skip.sh REASON. Where nothing may be missing,
# as in CI, CAMIPC_TEST_NEED_EXAMPLES makes it fail.
echo "skipped: $1"
[ -n "${CAMIPC_TEST_NEED_EXAMPLES:-}" ] && exit 1
exit 77
