/* SPDX-License-Identifier: MIT */
/* Tries the functions of an external type on one value, for tests. */
#include <camipc/external.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** One run over a value. */
struct trial {
	const struct camipc_type_info *type;
	const struct camipc_external *external;
	const void *value;
	void *context;
	struct camipc_external_need need;
	uint8_t *bytes; /* exactly as many as encode() wrote */
	size_t n;
	void *other; /* memory for a second value */
	const char *why; /* NULL: nothing is wrong so far */
};

static int blame(struct trial *trial, const char *why)
{
	trial->why = why;
	return -EINVAL;
}

static int check_value(struct trial *trial)
{
	const struct camipc_external *external = trial->external;
	struct camipc_external_need of_default = { 0 };

	if (!external || external->size < sizeof(*external) ||
	    !external->check || !external->encode || !external->decode)
		return blame(trial, "the table lacks its size, check(), "
				    "encode() or decode()");
	if (!external->copy != !external->clear)
		return blame(trial, "the table has only one of copy() and "
				    "clear()");
	if (external->check(trial->value, trial->context, &trial->need) < 0)
		return blame(trial, "check() refuses the value");
	if (trial->need.encoded > trial->type->external_max_len)
		return blame(trial, "check() names more bytes than [max_len]");
	camipc_init_external(trial->type, trial->other);
	if (external->check(trial->other, trial->context, &of_default) < 0)
		return blame(trial, "check() refuses the default, which peers "
				    "get that leave a value out");
	return 0;
}

/* Memory of exactly @n bytes, so that a sanitizer sees one more. */
static uint8_t *exactly(size_t n)
{
	return malloc(n ? n : 1);
}

static int encode_value(struct trial *trial)
{
	size_t room = trial->need.encoded;
	uint8_t *bytes = exactly(room);
	int n;

	if (!bytes)
		return -ENOMEM;
	n = trial->external->encode(trial->value, trial->context, bytes, room);
	if (n < 0 || (size_t)n > room) {
		free(bytes);
		return blame(trial, "encode() fails with the room that check() "
				    "named");
	}
	trial->n = (unsigned int)n;
	trial->bytes = exactly(trial->n);
	if (trial->bytes)
		memcpy(trial->bytes, bytes, trial->n);
	free(bytes);
	return trial->bytes ? 0 : -ENOMEM;
}

/* Decodes @n bytes into the second value. Returns what decode() makes of it. */
static int decode_bytes(const struct trial *trial, const uint8_t *bytes,
			size_t n, struct camipc_arena *arena)
{
	int ret;

	camipc_init_external(trial->type, trial->other);
	ret = trial->external->decode(trial->other, trial->context, bytes, n,
				      trial->type->external_version, arena);
	return arena->error ? arena->error : ret;
}

/* Compares two values by equal(), or by their encodings. */
static int compare(struct trial *trial, const char *why)
{
	struct camipc_external_need need = { 0 };
	uint8_t *bytes;
	bool same;
	int n;

	if (trial->external->equal) {
		same = trial->external->equal(trial->value, trial->other);
		return same ? 0 : blame(trial, why);
	}
	if (trial->external->check(trial->other, trial->context, &need) < 0)
		return blame(trial, why);
	bytes = exactly(need.encoded);
	if (!bytes)
		return -ENOMEM;
	n = trial->external->encode(trial->other, trial->context, bytes,
				    need.encoded);
	same = n >= 0 && (size_t)n == trial->n &&
	       memcmp(bytes, trial->bytes, trial->n) == 0;
	free(bytes);
	return same ? 0 : blame(trial, why);
}

static int decode_value(struct trial *trial)
{
	struct camipc_arena arena;
	int ret;

	camipc_arena_init(&arena, trial->need.decoded);
	ret = decode_bytes(trial, trial->bytes, trial->n, &arena);
	if (ret == -EMSGSIZE)
		ret = blame(trial, "decode() takes more memory than check() "
				   "named");
	else if (ret < 0 && ret != -ENOMEM)
		ret = blame(trial, "decode() refuses what encode() wrote");
	if (ret == 0)
		ret = compare(trial, "the decoded value is not equal");
	camipc_arena_fini(&arena);
	return ret;
}

static int copy_value(struct trial *trial)
{
	struct camipc_arena heap;
	int ret;

	camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
	memcpy(trial->other, trial->value, trial->type->size);
	camipc_copy_external(&heap, trial->type, trial->other);
	ret = heap.error;
	if (ret == 0)
		ret = compare(trial, "the copy is not equal");
	camipc_clear_external(trial->type, trial->other);
	camipc_clear_external(trial->type, trial->other);
	return ret;
}

/* What hostile peers send: any result is fine, as long as it returns. */
static int decode_hostile(const struct trial *trial, size_t n)
{
	uint8_t *bytes = exactly(n);
	struct camipc_arena arena;
	int ret = 0;

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, trial->bytes, n);
	for (size_t bit = 0; bit <= 8 * n && ret != -ENOMEM; bit++) {
		/* The first round changes nothing. */
		if (bit > 0)
			bytes[(bit - 1) / 8] ^= (uint8_t)(1u << (bit - 1) % 8);
		camipc_arena_init(&arena, trial->need.decoded);
		ret = decode_bytes(trial, bytes, n, &arena);
		camipc_arena_fini(&arena);
		if (bit > 0)
			bytes[(bit - 1) / 8] ^= (uint8_t)(1u << (bit - 1) % 8);
		if (n < trial->n)
			break;
	}
	free(bytes);
	return ret == -ENOMEM ? ret : 0;
}

static int run(struct trial *trial)
{
	int ret = check_value(trial);

	if (ret == 0)
		ret = encode_value(trial);
	if (ret == 0)
		ret = decode_value(trial);
	if (ret == 0)
		ret = copy_value(trial);
	for (size_t n = 0; n <= trial->n && ret == 0; n++)
		ret = decode_hostile(trial, n);
	return ret;
}

int camipc_external_try(const struct camipc_type_info *type, const void *value,
			void *context, const char **ret_why)
{
	struct trial trial = {
		.type = type,
		.external = type->external,
		.value = value,
		.context = context,
		.other = malloc(type->size),
	};
	int ret = trial.other ? run(&trial) : -ENOMEM;

	if (ret_why)
		*ret_why = trial.why;
	free(trial.bytes);
	free(trial.other);
	return ret;
}
