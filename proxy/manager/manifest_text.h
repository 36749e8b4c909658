/* SPDX-License-Identifier: MIT */
/* What a manifest asks for, in words. */
#ifndef CAMIPC_PROXY_MANIFEST_TEXT_H
#define CAMIPC_PROXY_MANIFEST_TEXT_H

#include "module_file.h"

/** Writes what the manifest of @file asks for in one line, and from which file
 *  the manifest is; a longer line is cut. Thread word: reentrant. */
void camipc_manifest_describe(const struct camipc_module_file *file, char *text,
			      size_t size);

#endif /* CAMIPC_PROXY_MANIFEST_TEXT_H */
