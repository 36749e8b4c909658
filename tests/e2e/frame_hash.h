/* SPDX-License-Identifier: MIT */
/* Numbers for frames and their metadata, with which tests compare runs. */
#ifndef TESTS_E2E_FRAME_HASH_H
#define TESTS_E2E_FRAME_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "core_ipa_types.h"

/** What a hash begins with. */
#define FRAME_HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/** Mixes bytes into @hash. */
uint64_t frame_hash_bytes(uint64_t hash, const void *data, size_t size);

/** Mixes ids and values of all controls into @hash; fails the test if a value has
 *  a type that no IPA's metadata have. */
uint64_t frame_hash_list(uint64_t hash, const struct cam_control_list *list);

#endif /* TESTS_E2E_FRAME_HASH_H */
