/* SPDX-License-Identifier: MIT */
/*
 * What a module says about itself, for modules and for pipeline handlers, which
 * need nothing else of camipc/module.h.
 */
#ifndef CAMIPC_MODULE_INFO_H
#define CAMIPC_MODULE_INFO_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Version of the module ABI, which camipc/module.h declares. */
#define CAMIPC_MODULE_ABI 1

/**
 * The module's description of itself. The library reads it from the file
 * before it loads anything of the module. All members are fixed-size and
 * aligned to four bytes: a 64-bit member would make the compiler align the
 * note to more than its header says.
 */
struct camipc_module_info {
	uint32_t abi; /* CAMIPC_MODULE_ABI */
	uint32_t codegen_revision;
	uint32_t module_version; /* the vendor's; camipc_match checks it */
	uint32_t interface_version;
	uint32_t compatible_since;
	uint32_t wire_fingerprint_low;
	uint32_t wire_fingerprint_high;
	uint32_t reserved; /* 0 */
	char name[64]; /* NUL-terminated, UTF-8 */
	char interface_name[64];
	char license[32]; /* information only, never evidence */
};

CAMIPC_END_DECLS

#endif /* CAMIPC_MODULE_INFO_H */
