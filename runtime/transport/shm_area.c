/* SPDX-License-Identifier: MIT */
/* Makes, maps and unmaps the shared memory of a shm channel. */
#include "shm_area.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_limit.h"
#include "refusal.h"
#include "shm_futex.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* since Linux 6.3 */
#endif

/* Nobody changes the size, and nobody changes that. */
#define AREA_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static int map(int fd, struct camipc_shm_area **ret_area)
{
	struct camipc_shm_area *area = malloc(sizeof(*area));
	uint8_t *memory;
	int ret;

	if (!area)
		return -ENOMEM;
	memory = mmap(NULL, CAMIPC_SHM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	if (memory == MAP_FAILED) {
		ret = camipc_system_error(errno);
		free(area);
		return ret;
	}
	/* A child has no part in this; where it is refused, it does not look. */
	(void)madvise(memory, CAMIPC_SHM_SIZE, MADV_DONTFORK);
	atomic_init(&area->users, 1);
	atomic_init(&area->interrupted, false);
	area->words = (struct camipc_shm_words *)(void *)memory;
	area->rings[CAMIPC_SHM_PARENT] = memory + CAMIPC_SHM_WORDS_SIZE;
	area->rings[CAMIPC_SHM_WORKER] =
		memory + CAMIPC_SHM_WORDS_SIZE + CAMIPC_SHM_RING_SIZE;
	*ret_area = area;
	return 0;
}

/* Not executable where the kernel knows that; some insist on it. */
static int make_memfd(void)
{
	int fd = memfd_create("camipc-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING |
						     MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("camipc-ring",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

int camipc_shm_area_create(struct camipc_shm_area **ret_area, int *ret_fd)
{
	int fd = make_memfd();
	int ret;

	if (fd < 0)
		return camipc_system_error(errno);
	if (camipc_check_file_size(CAMIPC_SHM_SIZE) < 0 ||
	    ftruncate(fd, CAMIPC_SHM_SIZE) < 0 ||
	    fcntl(fd, F_ADD_SEALS, AREA_SEALS) < 0)
		ret = camipc_system_error(errno);
	else
		ret = map(fd, ret_area);
	if (ret < 0) {
		close(fd);
		return ret;
	}
	*ret_fd = fd;
	return 0;
}

int camipc_shm_area_map(int fd, struct camipc_shm_area **ret_area)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & AREA_SEALS) != AREA_SEALS ||
	    fstat(fd, &st) < 0 || st.st_size != CAMIPC_SHM_SIZE)
		return -EPROTO;
	return map(fd, ret_area);
}

struct camipc_shm_area *camipc_shm_area_ref(struct camipc_shm_area *area)
{
	atomic_fetch_add_explicit(&area->users, 1, memory_order_relaxed);
	return area;
}

void camipc_shm_area_unref(struct camipc_shm_area *area)
{
	if (!area ||
	    atomic_fetch_sub_explicit(&area->users, 1, memory_order_acq_rel) !=
		    1)
		return;
	munmap(area->words, CAMIPC_SHM_SIZE);
	free(area);
}

void camipc_shm_area_interrupt(struct camipc_shm_area *area,
			       enum camipc_shm_side side)
{
	_Atomic uint32_t *word = &area->words->sleepers[side].word;
	uint32_t value;

	/* Before the word: a sleeper announces itself, then looks here. */
	atomic_store(&area->interrupted, true);
	value = atomic_load(word);
	/* One that sleeps on the socket is not asleep here. */
	while (value != CAMIPC_SHM_AWAKE && value != CAMIPC_SHM_RING_SOCKET) {
		if (!atomic_compare_exchange_weak(word, &value,
						  CAMIPC_SHM_AWAKE))
			continue;
		camipc_shm_futex_wake(word);
		return;
	}
}
