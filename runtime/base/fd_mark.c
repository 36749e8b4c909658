/* SPDX-License-Identifier: MIT */
/* Marks descriptors that another function must close: one bit per number. */
#include "fd_mark.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>

/* Hosts with more descriptors than this close the others themselves. */
#define MAX_MARKED 16384u
#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)

static atomic_ulong marks[MAX_MARKED / WORD_BITS];
static void (*_Atomic closer)(int fd);

static unsigned long bit_of(unsigned int fd)
{
	return 1ul << (fd % WORD_BITS);
}

void camipc_fd_mark_set_closer(void (*close_later)(int fd))
{
	atomic_store(&closer, close_later);
}

void camipc_fd_mark(int fd)
{
	const unsigned int number = (unsigned int)fd;

	if (fd >= 0 && number < MAX_MARKED)
		atomic_fetch_or(&marks[number / WORD_BITS], bit_of(number));
}

bool camipc_fd_mark_close(int fd)
{
	const unsigned int number = (unsigned int)fd;
	void (*close_later)(int fd) = atomic_load(&closer);
	unsigned long old;

	if (!close_later || fd < 0 || number >= MAX_MARKED)
		return false;
	old = atomic_fetch_and(&marks[number / WORD_BITS], ~bit_of(number));
	if (!(old & bit_of(number)))
		return false;
	close_later(fd);
	return true;
}
