/* SPDX-License-Identifier: MIT */
/*
 * The keys of calls: values of arguments that tell calls of one method apart
 * ([key=] of the IDL), found by the tables that describe the arguments.
 */
#ifndef CAMIPC_ENGINE_JOURNAL_KEY_H
#define CAMIPC_ENGINE_JOURNAL_KEY_H

#include <camipc/interface.h>

/** Returns the field of @info with a number, or NULL. */
const struct camipc_field_info *
camipc_key_field(const struct camipc_type_info *info, uint32_t number);

/**
 * Returns the field of @method's arguments that has the type of its key, as far
 * as a method that reverts calls has one: keys are what it holds. NULL: none.
 */
const struct camipc_field_info *
camipc_key_of_undo(const struct camipc_method *method,
		   const struct camipc_method *undo);

/** Returns true if @field of the arguments of @method is split by the key: the
 *  array that the key leads through, and others of the same type. */
bool camipc_key_splits(const struct camipc_method *method,
		       const struct camipc_field_info *field);

/** Returns the number of elements of an array in @args. */
size_t camipc_key_count(const struct camipc_field_info *field,
			const void *args);

/** Returns the first element of an array in @args. */
const uint8_t *camipc_key_elements(const struct camipc_field_info *field,
				   const void *args);

/**
 * camipc_key_of_element() - the key in an element of a split array
 * @key: of the method: its first number is that of the array
 *
 * Returns a text for free(), equal for equal keys; NULL without memory.
 */
char *camipc_key_of_element(const struct camipc_field_info *field,
			    const uint32_t *key, const uint8_t *element);

/** Does the same for a key that leads through no array. */
char *camipc_key_of_args(const struct camipc_method *method, const void *args);

#endif /* CAMIPC_ENGINE_JOURNAL_KEY_H */
