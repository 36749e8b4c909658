/* SPDX-License-Identifier: MIT */
/*
 * A page that the kernel wipes at fork tells a child from its parent for the
 * price of one load; getpid() would be a system call.
 */
#include "process_generation.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include <camipc/base.h>

struct mark {
	atomic_ullong generation; /* 0 in a child that has not asked yet */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct mark *) page;
static uint64_t last_generation; /* inherited, so a child's differs */
static pid_t fallback_pid; /* where the kernel cannot wipe pages */

static struct mark *make_page(void)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	if (madvise(memory, size, MADV_WIPEONFORK) < 0)
		fallback_pid = getpid();
	return memory;
}

uint64_t camipc_process_generation(void)
{
	uint64_t generation = 0;
	struct mark *mark;

	pthread_mutex_lock(&lock);
	mark = atomic_load(&page);
	if (!mark) {
		mark = make_page();
		atomic_store(&page, mark);
	}
	if (mark) {
		bool inherited = fallback_pid && fallback_pid != getpid();

		generation = atomic_load(&mark->generation);
		if (generation == 0 || inherited) {
			generation = ++last_generation;
			atomic_store(&mark->generation, generation);
			if (inherited)
				fallback_pid = getpid();
		}
	}
	pthread_mutex_unlock(&lock);
	return generation;
}

bool camipc_process_is_same(uint64_t generation)
{
	struct mark *mark = atomic_load_explicit(&page, memory_order_relaxed);

	if (CAMIPC_UNLIKELY(fallback_pid) && fallback_pid != getpid())
		return false;
	return atomic_load_explicit(&mark->generation, memory_order_relaxed) ==
	       generation;
}
