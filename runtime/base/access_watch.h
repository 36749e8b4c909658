/* SPDX-License-Identifier: MIT */
/* One watcher of accesses to shared buffers in this process, for recordings. */
#ifndef CAMIPC_BASE_ACCESS_WATCH_H
#define CAMIPC_BASE_ACCESS_WATCH_H

#include <stdatomic.h>

#include <camipc/base.h>

/** An access that ends; the file is known by its device and number. */
struct camipc_access {
	uint64_t device;
	uint64_t number;
	uint64_t offset; /* of @data in the file, in bytes */
	const void *data;
	size_t size;
	bool wrote; /* it was allowed to write */
};

/** Called in the thread that ends the access, before the kernel learns of it. */
typedef void (*camipc_access_fn)(const struct camipc_access *access);

/** NULL: nobody watches. A module has a variable of its own, which stays so. */
extern _Atomic(camipc_access_fn) camipc_access_watcher;

#endif /* CAMIPC_BASE_ACCESS_WATCH_H */
