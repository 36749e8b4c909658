/* SPDX-License-Identifier: MIT */
/* The first chunks of recordings that tests make without a recorder. */
#include "made_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "chunk_item.h"
#include "schema.h"

const struct camipc_interface *made_interface(void)
{
	const struct camipc_interface *found = camipc_interface_find("test.echo");

	assert_non_null(found);
	return found;
}

void made_put_interface(struct camipc_chunk_file *file)
{
	struct camipc_bytes table = { .error = 0 };
	uint8_t head[8];
	struct camipc_chunk_part parts[2] = { { head, sizeof(head) } };

	assert_int_equal(camipc_schema_write(made_interface(), &table), 0);
	camipc_put_le(head, CAMIPC_PART_TABLE, 4);
	camipc_put_le(head + 4, table.size, 4);
	parts[1] = (struct camipc_chunk_part){ table.data, table.size };
	camipc_chunk_file_put(file, CAMIPC_CHUNK_INTERFACE, 1, parts, 2);
	camipc_bytes_fini(&table);
}

void made_put_state(struct camipc_chunk_file *file)
{
	uint8_t bytes[CAMIPC_STATE_FIXED_SIZE + CAMIPC_STATE_TEXTS * 2] = { 0 };
	const struct camipc_chunk_part part = { bytes, sizeof(bytes) };

	camipc_put_le(bytes + 4, 1, 4);
	camipc_chunk_file_put(file, CAMIPC_CHUNK_STATE, 2, &part, 1);
}
