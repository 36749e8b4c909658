/* SPDX-License-Identifier: MIT */
/* One watcher of accesses to shared buffers in this process, for recordings. */
#include "access_watch.h"

_Atomic(camipc_access_fn) camipc_access_watcher;
