/* SPDX-License-Identifier: MIT */
/* Exports the module softisp. */
#include "softisp.h"

IPA_SOFTISP_MODULE("softisp", 1, "MIT", softisp_create, softisp_destroy,
		   &softisp_ops);
