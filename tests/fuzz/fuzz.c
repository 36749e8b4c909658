/* SPDX-License-Identifier: MIT */
/*
 * Finds targets and codecs, draws values and checks descriptors for all fuzz
 * targets.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "typed.h"

/* Values to draw from may take this much; only encodings are small. */
#define VALUES_BUDGET ((size_t)64 * 1024 * 1024)
#define OUTS_BUDGET ((size_t)16 * 1024 * 1024)

/* Room for any encoding of a random value. */
#define ENCODE_ROOM (256u * 1024u)

size_t (*fuzz_mutate_bytes)(struct oracle_random *random, uint8_t *data,
			    size_t size, size_t room) = fuzz_change_bytes;

int fuzz_result;

const struct fuzz_face *fuzz_face;

static const struct fuzz_target *target_at(size_t n, char name[FUZZ_MAX_NAME],
					   const struct fuzz_face **ret_face)
{
	const struct fuzz_face *const *face = fuzz_faces;

	do {
		const char *prefix = *face ? (*face)->name : "";

		for (size_t i = 0; fuzz_targets[i]; i++) {
			if (*prefix && !fuzz_targets[i]->of_interface)
				continue;
			if (n-- > 0)
				continue;
			snprintf(name, FUZZ_MAX_NAME, "%s%s%s", prefix,
				 *prefix ? "-" : "", fuzz_targets[i]->name);
			*ret_face = *face;
			return fuzz_targets[i];
		}
	} while (*face && *++face);
	return NULL;
}

const struct fuzz_target *fuzz_target_at(size_t n, char name[FUZZ_MAX_NAME])
{
	const struct fuzz_face *face;

	return target_at(n, name, &face);
}

const struct fuzz_target *fuzz_find_target(const char *name)
{
	const struct fuzz_target *target;
	char found[FUZZ_MAX_NAME];

	for (size_t n = 0; (target = target_at(n, found, &fuzz_face)); n++) {
		if (strcmp(found, name) == 0)
			return target;
	}
	return NULL;
}

const struct camipc_interface *fuzz_interface(void)
{
	return fuzz_face ? fuzz_face->interface : oracle_interfaces[0];
}

size_t fuzz_change_bytes(struct oracle_random *random, uint8_t *data,
			 size_t size, size_t room)
{
	static const uint8_t telling[] = { 0x00, 0x01, 0x7f, 0x80, 0xff,
					   0x0a, 0x12, 0x08, 0x0b, 0x0c };
	size_t at = oracle_below(random, (uint32_t)size + 1);
	size_t n = 1 + oracle_below(random, 8);

	switch (oracle_below(random, 5)) {
	case 0:
		if (at < size)
			data[at] = (uint8_t)oracle_next(random);
		return size;
	case 1:
		if (at < size)
			data[at] = telling[oracle_below(random, 10)];
		return size;
	case 2:
		if (at < size)
			data[at] ^= (uint8_t)(1u << oracle_below(random, 8));
		return size;
	case 3:
		n = n < size - at ? n : size - at;
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	default:
		n = n < room - size ? n : room - size;
		memmove(data + at + n, data + at, size - at);
		return size + n;
	}
}

/* ---- names --------------------------------------------------------------- */

uint32_t fuzz_hash(const char *name, size_t len)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)name[i]) * UINT32_C(16777619);
	return hash;
}

const struct oracle_codec *fuzz_find_codec(uint32_t hash)
{
	size_t n = 0;

	for (; oracle_codecs[n].type; n++) {
		const char *name = oracle_codecs[n].type->info->name;

		if (fuzz_hash(name, strlen(name)) == hash)
			return &oracle_codecs[n];
	}
	return &oracle_codecs[hash % n];
}

const struct camipc_message_type *
fuzz_find_type(const struct camipc_type_info *info)
{
	for (size_t i = 0; oracle_codecs[i].type; i++) {
		if (oracle_codecs[i].type->info == info)
			return oracle_codecs[i].type;
	}
	return NULL;
}

uint16_t fuzz_get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t fuzz_get_u32(const uint8_t *p)
{
	return fuzz_get_u16(p) | (uint32_t)fuzz_get_u16(p + 2) << 16;
}

void fuzz_put_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

void fuzz_put_u32(uint8_t *p, uint32_t value)
{
	fuzz_put_u16(p, (uint16_t)value);
	fuzz_put_u16(p + 2, (uint16_t)(value >> 16));
}

/* ---- values -------------------------------------------------------------- */

static int open_fd = -1;

void fuzz_close_fd(void)
{
	if (open_fd >= 0)
		close(open_fd);
	open_fd = -1;
}

int fuzz_open_fd(void)
{
	char path[64];
	int fd;

	if (open_fd >= 0)
		return open_fd;
	/* Sealed, large, and read-only: any [fd=memfd] or [fd=file] that an
	 * interface here asks for; none has access=rw. */
	fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	FUZZ_REQUIRE(fd >= 0 && ftruncate(fd, 1 << 24) == 0);
	FUZZ_REQUIRE(fcntl(fd, F_ADD_SEALS,
			   F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	open_fd = open(path, O_RDONLY | O_CLOEXEC);
	FUZZ_REQUIRE(open_fd >= 0);
	close(fd);
	return open_fd;
}

static void draw(struct oracle_random *random,
		 const struct camipc_message_type *type, void *msg)
{
	memset(msg, 0, type->size);
	if (type->init)
		type->init(msg);
	random->fds_left = 16;
	oracle_fill(random, type->info, msg);
}

void fuzz_draw(const struct camipc_message_type *type, uint64_t seed,
	       struct camipc_arena *arena, void *msg)
{
	int fd = fuzz_open_fd();
	struct oracle_random random = {
		.state = seed * 2 + 1, .arena = arena, .fds = &fd, .n_fds = 1
	};

	camipc_arena_reset(arena, VALUES_BUDGET);
	draw(&random, type, msg);
}

void fuzz_draw_outs(const struct camipc_message_type *type, uint64_t seed,
		    struct camipc_arena *arena, void *outs)
{
	int fd = fcntl(fuzz_open_fd(), F_DUPFD_CLOEXEC, 0);
	struct oracle_random random = { .state = seed * 2 + 1,
					.arena = arena,
					.fds = &fd,
					.n_fds = 1,
					.fds_left = 16 };
	struct camipc_check check = { 0 };

	FUZZ_REQUIRE(fd >= 0);
	camipc_arena_reset(arena, OUTS_BUDGET);
	oracle_fill(&random, type->info, outs);
	if (type->check)
		type->check(&check, outs);
	if (check.n_fds == 0)
		close(fd);
}

size_t fuzz_draw_bytes(struct oracle_random *random,
		       const struct camipc_message_type *type, uint8_t *data,
		       size_t room, uint32_t *ret_n_fds)
{
	int fd = fuzz_open_fd();
	struct camipc_arena arena;
	struct oracle_random own = {
		.state = oracle_next(random) | 1,
		.arena = &arena,
		.fds = &fd,
		.n_fds = 1,
	};
	int fds[CAMIPC_MAX_FDS];
	static uint8_t bytes[ENCODE_ROOM];
	void *msg = malloc(type->size);
	struct camipc_writer w;
	size_t size;

	FUZZ_REQUIRE(msg);
	camipc_arena_init(&arena, VALUES_BUDGET);
	draw(&own, type, msg);
	camipc_writer_init(&w, bytes, ENCODE_ROOM, fds, CAMIPC_MAX_FDS);
	type->encode(&w, msg);
	FUZZ_REQUIRE(camipc_writer_finish(&w, &size) == 0);
	if (size > room)
		size = 0;
	memcpy(data, bytes, size);
	*ret_n_fds = w.n_fds;
	camipc_arena_fini(&arena);
	free(msg);
	return size;
}

bool fuzz_expect_allowed(const struct camipc_message_type *type,
			 const void *msg)
{
	struct camipc_check check = { 0 };

	if (!type)
		return true;
	if (type->check)
		type->check(&check, msg);
	if (check.error == -EMSGSIZE)
		return false;
	if (check.error)
		fprintf(stderr, "%s: %s is not allowed\n", type->info->name,
			check.field);
	FUZZ_REQUIRE(!check.error);
	return true;
}

void fuzz_ignore_log(void *user, enum camipc_log_level level, const char *topic,
		     const char *text)
{
	(void)user;
	(void)level;
	(void)topic;
	(void)text;
}

unsigned int fuzz_count_fds(void)
{
	/* More than are ever open here; and one system call for all. */
	struct pollfd fds[512];
	const unsigned int n = sizeof(fds) / sizeof(fds[0]);
	unsigned int open_fds = 0;

	(void)fuzz_open_fd();
	for (unsigned int i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = (int)i };
	FUZZ_REQUIRE(poll(fds, n, 0) >= 0);
	for (unsigned int i = 0; i < n; i++)
		open_fds += !(fds[i].revents & POLLNVAL);
	return open_fds;
}

void fuzz_expect_fds(unsigned int before)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int i = 0; i < 5000 && fuzz_count_fds() != before; i++)
		nanosleep(&moment, NULL);
	FUZZ_REQUIRE(fuzz_count_fds() == before);
}
