/* SPDX-License-Identifier: MIT */
/* Writes messages as packets of a pcapng file, and a dissector for them. */
#include <stdlib.h>
#include <string.h>

#include "chunk_item.h"
#include "timeline.h"

/* Blocks, options and the link type, by the specification of pcapng. */
#define SECTION_BLOCK 0x0a0d0d0au
#define INTERFACE_BLOCK 1u
#define PACKET_BLOCK 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_USER0 147u
#define OPTION_COMMENT 1u
#define OPTION_FLAGS 2u
#define OPTION_RESOLUTION 9u
#define FLAG_INBOUND 1u
#define FLAG_OUTBOUND 2u

static void put_number(FILE *stream, uint64_t value, unsigned int n)
{
	uint8_t bytes[8];

	camipc_put_le(bytes, value, n);
	fwrite(bytes, 1, n, stream);
}

static void put_padding(FILE *stream, size_t size)
{
	put_number(stream, 0, (unsigned int)(-size & 3));
}

void timeline_begin_pcapng(FILE *stream)
{
	put_number(stream, SECTION_BLOCK, 4);
	put_number(stream, 28, 4);
	put_number(stream, BYTE_ORDER_MAGIC, 4);
	put_number(stream, 1, 2);
	put_number(stream, 0, 2);
	put_number(stream, UINT64_MAX, 8); /* the section's length is not given */
	put_number(stream, 28, 4);

	put_number(stream, INTERFACE_BLOCK, 4);
	put_number(stream, 32, 4);
	put_number(stream, LINKTYPE_USER0, 2);
	put_number(stream, 0, 2);
	put_number(stream, 0, 4); /* packets are not cut */
	put_number(stream, OPTION_RESOLUTION, 2);
	put_number(stream, 1, 2);
	put_number(stream, 9, 4); /* nanoseconds, and padding */
	put_number(stream, 0, 4);
	put_number(stream, 32, 4);
}

void timeline_put_packet(FILE *stream, const struct camipc_recorded *item)
{
	size_t comment;
	size_t size;
	size_t block;
	uint64_t time;

	if (item->kind != CAMIPC_ITEM_MESSAGE)
		return;
	size = CAMIPC_ITEM_WIRE_HEADER_SIZE + item->body_size;
	comment = strlen(item->method->name);
	time = item->of->time_of_day + (item->time - item->of->begin);
	block = 32 + ((size + 3) & ~(size_t)3) + 4 +
		((comment + 3) & ~(size_t)3) + 8 + 4;
	put_number(stream, PACKET_BLOCK, 4);
	put_number(stream, block, 4);
	put_number(stream, 0, 4);
	put_number(stream, time >> 32, 4);
	put_number(stream, time & UINT32_MAX, 4);
	put_number(stream, size, 4);
	put_number(stream, size, 4);
	fwrite(item->header, 1, CAMIPC_ITEM_WIRE_HEADER_SIZE, stream);
	fwrite(item->body, 1, item->body_size, stream);
	put_padding(stream, size);
	put_number(stream, OPTION_COMMENT, 2);
	put_number(stream, comment, 2);
	fwrite(item->method->name, 1, comment, stream);
	put_padding(stream, comment);
	put_number(stream, OPTION_FLAGS, 2);
	put_number(stream, 4, 2);
	put_number(stream,
	    item->flags & CAMIPC_ITEM_FROM_IPA ? FLAG_INBOUND : FLAG_OUTBOUND,
	    4);
	put_number(stream, 0, 4);
	put_number(stream, block, 4);
}

/* ---- the dissector -------------------------------------------------------- */

static void put_types(FILE *stream, const struct camipc_schema_method *rows,
		      uint32_t n, bool are_events)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct camipc_schema_method *row = &rows[i];

		if (are_events) {
			fprintf(stream, "names[\"5.%u\"] = { \"event %s\", \"%s\" }\n",
				row->id, row->name,
				row->args ? row->args->name : "");
			continue;
		}
		fprintf(stream, "names[\"3.%u\"] = { \"call %s\", \"%s\" }\n",
			row->id, row->name, row->args ? row->args->name : "");
		fprintf(stream, "names[\"4.%u\"] = { \"reply %s\", \"%s\" }\n",
			row->id, row->name, row->outs ? row->outs->name : "");
	}
}

void timeline_write_lua(const struct camipc_schema *schema, FILE *stream)
{
	fprintf(stream,
		"-- Shows recorded messages of %s by name: tshark -X "
		"lua_script:FILE.lua.\n"
		"-- The folder of FILE.proto must be one of the search paths of "
		"Protobuf.\n"
		"local names = {}\n",
		schema->name);
	put_types(stream, schema->methods, schema->n_methods, false);
	put_types(stream, schema->events, schema->n_events, true);
	fputs("local camipc = Proto(\"camipc\", \"camipc\")\n"
	      "local message = ProtoField.string(\"camipc.message\", "
	      "\"Message\")\n"
	      "local cookie = ProtoField.uint32(\"camipc.cookie\", "
	      "\"Cookie\")\n"
	      "camipc.fields = { message, cookie }\n"
	      "local protobuf = Dissector.get(\"protobuf\")\n"
	      "function camipc.dissector(buffer, pinfo, tree)\n"
	      "\tlocal kind = buffer(5, 1):le_uint()\n"
	      "\tlocal id = buffer(8, 4):le_uint()\n"
	      "\tlocal name = names[kind .. \".\" .. id] or { \"?\", \"\" }\n"
	      "\tlocal size = buffer(16, 4):le_uint()\n"
	      "\tpinfo.cols.protocol = \"camipc\"\n"
	      "\tpinfo.cols.info = name[1]\n"
	      "\tlocal header = tree:add(camipc, buffer(0, 32))\n"
	      "\theader:add(message, name[1])\n"
	      "\theader:add_le(cookie, buffer(12, 4))\n"
	      "\tif size > 0 and name[2] ~= \"\" then\n"
	      "\t\tpinfo.private[\"pb_msg_type\"] = \"message,\" .. name[2]\n"
	      "\t\tprotobuf:call(buffer(32, size):tvb(), pinfo, tree)\n"
	      "\tend\n"
	      "end\n"
	      "DissectorTable.get(\"wtap_encap\"):add(wtap.USER0, camipc)\n",
	      stream);
}
