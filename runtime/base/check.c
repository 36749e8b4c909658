/* SPDX-License-Identifier: MIT */
/* The sender's check of strings, bytes, arrays and descriptors. */
#include <camipc/check.h>

#include <fcntl.h>
#include <string.h>

#include <camipc/limits.h>

/** Most bytes of a tag and a length. */
#define MAX_PREFIX 10u

/* Bytes of an arena that n elements need; SIZE_MAX if that is too much. */
static size_t padded_size(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total) ||
	    total > SIZE_MAX - CAMIPC_ARENA_ALIGN)
		return SIZE_MAX;
	return (total + CAMIPC_ARENA_ALIGN - 1) &
	       ~(size_t)(CAMIPC_ARENA_ALIGN - 1);
}

void camipc_check_string(struct camipc_check *check, const char *text,
			 size_t max_len, const char *field)
{
	size_t len;

	if (!text || !*text) {
		/* The receiver needs no memory for "". */
		camipc_check_wire(check, MAX_PREFIX);
		return;
	}
	len = strlen(text);
	camipc_check_wire(check, MAX_PREFIX + len);
	camipc_check_add(&check->decoded, padded_size(len + 1, 1));
	if (len > max_len || !camipc_utf8_is_valid(text, len))
		camipc_check_fail(check, -EINVAL, field);
}

void camipc_check_bytes(struct camipc_check *check, const void *data, size_t n,
			size_t max_len, const char *field)
{
	camipc_check_wire(check, MAX_PREFIX);
	camipc_check_wire(check, n);
	if (n > max_len || (n > 0 && !data))
		camipc_check_fail(check, -EINVAL, field);
}

bool camipc_check_array(struct camipc_check *check, const void *items,
			size_t n, size_t size, size_t wire_size,
			size_t max_len, const char *field)
{
	size_t memory = padded_size(n, size);

	if (n > max_len || (n > 0 && !items)) {
		camipc_check_fail(check, -EINVAL, field);
		return false;
	}
	/* An element takes at least one byte on the wire. */
	if (memory == SIZE_MAX || n > CAMIPC_MAX_MESSAGE_SIZE_CEILING) {
		camipc_check_fail(check, -EMSGSIZE, field);
		return false;
	}
	camipc_check_wire(check, MAX_PREFIX);
	camipc_check_wire(check, n * wire_size);
	camipc_check_add(&check->decoded, memory);
	return true;
}

void camipc_check_fd(struct camipc_check *check, int fd, const char *field)
{
	uint32_t wanted = (uint32_t)fd + 1;

	camipc_check_wire(check, MAX_PREFIX);
	if (fd == -1)
		return;
	/* Planes of an image often share one; system calls are expensive. */
	if (fd < 0 || (wanted != check->open_fd && fcntl(fd, F_GETFD) < 0)) {
		camipc_check_fail(check, -EINVAL, field);
		return;
	}
	check->open_fd = wanted;
	if (check->n_fds < check->max_fds)
		check->fds[check->n_fds] = fd;
	check->n_fds++;
}

void camipc_check_fd_kind(struct camipc_check *check, int fd,
			  enum camipc_fd_kind kind,
			  enum camipc_fd_access access, bool sealed,
			  uint64_t min_size, const char *field)
{
	if (fd < 0 ||
	    camipc_fd_check_kind(fd, kind, access, sealed, min_size) < 0)
		camipc_check_fail(check, -EINVAL, field);
}
