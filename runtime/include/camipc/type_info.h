/* SPDX-License-Identifier: MIT */
/*
 * Describes generated structs as constant data. The codec never reads these
 * tables. Tracing, the comparison of struct layouts, mocks, fuzzers and tests
 * are written once over them.
 *
 * Structs that stand in arrays, or that others point to, have a fixed size.
 * Spare members, which are 0 today, keep the place of later ones.
 */
#ifndef CAMIPC_TYPE_INFO_H
#define CAMIPC_TYPE_INFO_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** The type of a value. */
enum camipc_kind {
	CAMIPC_KIND_BOOL = 0,
	CAMIPC_KIND_INT8,
	CAMIPC_KIND_UINT8,
	CAMIPC_KIND_INT16,
	CAMIPC_KIND_UINT16,
	CAMIPC_KIND_INT32,
	CAMIPC_KIND_UINT32,
	CAMIPC_KIND_INT64,
	CAMIPC_KIND_UINT64,
	CAMIPC_KIND_FLOAT,
	CAMIPC_KIND_DOUBLE,
	CAMIPC_KIND_ENUM, /* stored as an enum, or int32_t if extensible */
	CAMIPC_KIND_FLAGS, /* stored as uint32_t */
	CAMIPC_KIND_STRING, /* const char *; x_init() makes it "", not NULL */
	CAMIPC_KIND_FD, /* int; -1: no descriptor */
	CAMIPC_KIND_STRUCT,
	CAMIPC_KIND_UNION,
	CAMIPC_KIND_EXTERNAL, /* a struct of another library: external.h */
};

/** How a field holds its value or values. */
enum camipc_shape {
	CAMIPC_SHAPE_SINGLE = 0, /* the value itself */
	CAMIPC_SHAPE_OPTIONAL, /* value and bool at aux_offset */
	CAMIPC_SHAPE_POINTER, /* const T *, or a string; NULL: absent */
	CAMIPC_SHAPE_ARRAY, /* const T *, and size_t count at aux_offset */
	CAMIPC_SHAPE_FIXED, /* T[count] in place */
	CAMIPC_SHAPE_MAP, /* as ARRAY, of two-field key/value entries */
};

/** How numbers are encoded; kind and shape decide it for other values. */
enum camipc_wire_form {
	CAMIPC_WIRE_VARINT = 0,
	CAMIPC_WIRE_ZIGZAG,
	CAMIPC_WIRE_FIXED,
	CAMIPC_WIRE_BYTES, /* array of (u)int8 as bytes; an external type */
	CAMIPC_WIRE_MESSAGE,
};

/** [required]: an empty value is refused. */
#define CAMIPC_FIELD_REQUIRED (1u << 0)
/** [unpacked]: an array of numbers with a tag for each element. */
#define CAMIPC_FIELD_UNPACKED (1u << 1)
/** min and max are set, as int64_t, uint64_t or double by kind. */
#define CAMIPC_FIELD_HAS_MIN (1u << 2)
#define CAMIPC_FIELD_HAS_MAX (1u << 3)
#define CAMIPC_FIELD_HAS_MAX_LEN (1u << 4)
/** The IDL's default is not zero: it is always encoded; absent means default. */
#define CAMIPC_FIELD_HAS_DEFAULT (1u << 5)
/** A union whose arms are fields of the message; it has no number. */
#define CAMIPC_FIELD_INLINE (1u << 6)

union camipc_bound {
	int64_t i;
	uint64_t u;
	double f;
};

struct camipc_type_info;

/** A field of a struct, an arm of a union, or a key or value of a map entry. */
struct camipc_field_info {
	const char *name; /* as in the IDL */
	uint32_t number; /* protobuf's; 0 with CAMIPC_FIELD_INLINE */
	enum camipc_kind kind; /* of the value, or of each element */
	enum camipc_shape shape;
	enum camipc_wire_form wire;
	uint32_t flags; /* CAMIPC_FIELD_* */
	uint32_t offset; /* in bytes */
	uint32_t aux_offset; /* in bytes; of the count or of has_x */
	uint32_t count; /* elements of FIXED */
	uint32_t max_len; /* elements, or bytes of a string */
	uint32_t spare[3]; /* 0 */
	union camipc_bound min;
	union camipc_bound max;
	const struct camipc_type_info *type; /* STRUCT UNION EXTERNAL ENUM FLAGS
						MAP */
	const void *spare_pointers[2]; /* NULL */
};

/** A value of an enum. */
struct camipc_enumerator_info {
	const char *name; /* as in the IDL */
	int32_t value;
	uint32_t spare; /* 0 */
};

/** [Extensible]: unknown values, or unknown arms, are accepted. */
#define CAMIPC_TYPE_EXTENSIBLE (1u << 0)
/** Unknown fields are kept, as const uint8_t * and size_t. */
#define CAMIPC_TYPE_KEEPS_UNKNOWN (1u << 1)

struct camipc_external;

/** A struct, a union, an enum, or a message made for a method. */
struct camipc_type_info {
	const char *name; /* qualified, as in the IDL */
	enum camipc_kind kind; /* STRUCT, UNION, EXTERNAL, ENUM or FLAGS */
	uint32_t flags; /* CAMIPC_TYPE_* */
	uint32_t size; /* sizeof, in bytes */
	uint32_t tag_offset; /* of a union's tag, which holds an arm's number */
	uint32_t unknown_offset; /* of the pointer to kept unknown fields */
	uint32_t n_unknown_offset; /* of their size in bytes */
	uint32_t n_fields;
	uint32_t n_enumerators;
	uint32_t external_version; /* [Version] of an external type */
	uint32_t external_max_len; /* bytes after the version */
	uint32_t spare[2]; /* 0 */
	const struct camipc_field_info *fields;
	const struct camipc_enumerator_info *enumerators;
	void (*init)(void *value); /* NULL: all zero */
	const struct camipc_external *external; /* functions of EXTERNAL */
	const void *spare_pointers[3]; /* NULL */
};

/*
 * Modules are compiled against these sizes: a change needs another
 * CAMIPC_CODEGEN_REVISION. New members take the place of spare ones.
 */
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_field_info) ==
			     12 * sizeof(uint32_t) +
				     2 * sizeof(union camipc_bound) +
				     4 * sizeof(void *),
		     "a new member of a field takes a spare one's place");
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_enumerator_info) ==
			     2 * sizeof(uint32_t) + sizeof(void *),
		     "a new member of a value takes a spare one's place");
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_type_info) ==
			     12 * sizeof(uint32_t) + 8 * sizeof(void *),
		     "a new member of a type takes a spare one's place");

/*
 * Rows of generated tables of fields. Each describes the member @member of
 * @owner. The COUNTED forms name the member that holds the count of an array
 * or the has_x of an optional value; the WITH forms end with further
 * designated initialisers. Kind, shape and form come without their prefix.
 */
#define CAMIPC_FIELD_WITH(field_name, field_number, field_kind, field_shape, \
			  form, type_info, owner, member, ...)               \
	{                                                                    \
		.name = field_name, .number = (field_number),                \
		.kind = CAMIPC_KIND_##field_kind,                            \
		.shape = CAMIPC_SHAPE_##field_shape,                         \
		.wire = CAMIPC_WIRE_##form, .offset = offsetof(owner, member), \
		.type = type_info, __VA_ARGS__                               \
	}

#define CAMIPC_FIELD(name, number, kind, shape, form, type, owner, member)   \
	CAMIPC_FIELD_WITH(name, number, kind, shape, form, type, owner,      \
			  member, .aux_offset = 0)

#define CAMIPC_FIELD_COUNTED(name, number, kind, shape, form, type, owner,   \
			     member, count_member)                           \
	CAMIPC_FIELD_WITH(name, number, kind, shape, form, type, owner,      \
			  member,                                            \
			  .aux_offset = offsetof(owner, count_member))

#define CAMIPC_FIELD_COUNTED_WITH(name, number, kind, shape, form, type,     \
				  owner, member, count_member, ...)          \
	CAMIPC_FIELD_WITH(name, number, kind, shape, form, type, owner,      \
			  member,                                            \
			  .aux_offset = offsetof(owner, count_member),       \
			  __VA_ARGS__)

/**
 * camipc_flags_to_string() - write the names of the @flags that are set
 * @info: describes an enum whose enumerators are flags
 * @buffer: gets the text, NUL-terminated
 * @size: of @buffer, in bytes
 *
 * Writes "A|B|0x40": flags without a name become one number at the end. No
 * flag at all is "0".
 *
 * Returns the length of the text; or -ENOSPC if @size is too small: @buffer
 * then holds the part that fitted. Thread word: reentrant.
 */
CAMIPC_API int camipc_flags_to_string(const struct camipc_type_info *info,
				      uint32_t flags, char *buffer,
				      size_t size);

/** A row of the table that is generated for an enum of [control] ids. */
struct camipc_control_type {
	uint32_t id;
	const char *name; /* as in the IDL */
	const char *type; /* as in the IDL: "int32", "Rectangle", ... */
	uint32_t size; /* elements of an array; 0: a single value */
	/* Describes the enum of [values=]; NULL: the values have no names. */
	const struct camipc_type_info *values;
};

CAMIPC_END_DECLS

#endif /* CAMIPC_TYPE_INFO_H */
