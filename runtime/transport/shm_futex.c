/* SPDX-License-Identifier: MIT */
/* System calls about futexes, and about a thread's robust list. */
#include "shm_futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "refusal.h"

/* 32-bit systems with 64-bit times have only the newer call. */
#ifndef SYS_futex
#define SYS_futex SYS_futex_time64
#endif

int camipc_shm_futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t ns)
{
	const struct timespec time = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};

	if (syscall(SYS_futex, word, FUTEX_WAIT, value, ns < 0 ? NULL : &time,
		    NULL, 0) == 0 ||
	    errno == EAGAIN)
		return 0;
	if (errno == ETIMEDOUT || errno == EINTR)
		return -errno;
	return -ENOSYS;
}

void camipc_shm_futex_wake(_Atomic uint32_t *word)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
	errno = saved;
}

/* ---- the robust list ---------------------------------------------------- */

/*
 * Of this thread: NULL before the first look, and where there is no list. The
 * C library registers it when it starts a thread, and never moves it.
 */
static _Thread_local struct robust_list_head *own_list;
static _Thread_local bool looked;

static struct robust_list_head *get_list(void)
{
	struct robust_list_head *head = NULL;
	size_t size = 0;

	if (CAMIPC_LIKELY(looked))
		return own_list;
	if (syscall(SYS_get_robust_list, 0, &head, &size) == 0 &&
	    size == sizeof(*head))
		own_list = head;
	looked = true;
	return own_list;
}

static struct robust_list *node_of(const struct robust_list_head *head,
				   _Atomic uint32_t *word)
{
	return (struct robust_list *)(void *)((char *)word -
					      head->futex_offset);
}

/* The C libraries link their nodes in both directions. */
static void **previous_of(struct robust_list *node)
{
	return (void **)(void *)node - 1;
}

int camipc_shm_robust_add(_Atomic uint32_t *word, const void *line,
			  size_t line_size)
{
	struct robust_list_head *head = get_list();
	struct robust_list *node;
	ptrdiff_t at;

	if (!head || !head->list.next)
		return -EOPNOTSUPP;
	node = node_of(head, word);
	at = (char *)node - (const char *)line;
	if (at < (ptrdiff_t)(sizeof(*word) + 2 * sizeof(void *)) ||
	    at + (ptrdiff_t)sizeof(*node) > (ptrdiff_t)line_size ||
	    (uintptr_t)node % _Alignof(struct robust_list))
		return -EOPNOTSUPP;
	node->next = head->list.next;
	*previous_of(node) = &head->list;
	if (node->next != &head->list)
		*previous_of(node->next) = node;
	/* The kernel may walk the list at any moment: the node comes last. */
	atomic_signal_fence(memory_order_seq_cst);
	head->list.next = node;
	return 0;
}

void camipc_shm_robust_remove(_Atomic uint32_t *word)
{
	struct robust_list_head *head = get_list();
	struct robust_list *node = node_of(head, word);
	struct robust_list *before = *previous_of(node);

	before->next = node->next;
	if (node->next != &head->list)
		*previous_of(node->next) = before;
}

struct camipc_shm_pending camipc_shm_robust_begin(_Atomic uint32_t *word)
{
	struct robust_list_head *head = get_list();
	struct camipc_shm_pending pending = { head, NULL };

	if (!head)
		return pending;
	/* A signal's handler may have interrupted the C library. */
	pending.before = head->list_op_pending;
	head->list_op_pending = node_of(head, word);
	atomic_signal_fence(memory_order_seq_cst);
	return pending;
}

void camipc_shm_robust_end(const struct camipc_shm_pending *pending)
{
	struct robust_list_head *head = pending->list;

	if (!head)
		return;
	atomic_signal_fence(memory_order_seq_cst);
	head->list_op_pending = pending->before;
}
