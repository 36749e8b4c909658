/* SPDX-License-Identifier: MIT */
/* Reads a module's manifest: the keys that have an effect, of a text in YAML. */
#ifndef CAMIPC_MODULE_MANIFEST_H
#define CAMIPC_MODULE_MANIFEST_H

#include <camipc/module.h>
#include <camipc/sandbox.h>

/** An entry of loads: it is the path in the module's argument. */
#define CAMIPC_LOADS_ARGUMENT "argument"

/** The beginning of an entry: an absolute path follows, for no argument. */
#define CAMIPC_LOADS_DEFAULT "argument or "

/** What a manifest says. All zero: a module without one. Thread word: bound. */
struct camipc_manifest {
	bool takes_argument;
	uint32_t memory_mib; /* of private memory; 0: the default */
	uint32_t threads; /* 0: the default */
	enum camipc_sandbox_mode sandbox; /* the default: it does not say */
	bool gpu; /* it computes on the graphics processor */
	uint32_t n_read;
	uint16_t read[CAMIPC_MAX_READ]; /* absolute paths: offsets in @text */
	uint32_t n_devices;
	uint16_t devices[CAMIPC_MAX_DEVICES]; /* absolute paths: offsets */
	/* Of all devices: the kernel's filter sees numbers, not devices. */
	uint32_t n_ioctls;
	uint32_t ioctls[CAMIPC_MAX_IOCTLS];
	uint32_t n_environment;
	uint16_t environment[CAMIPC_MAX_ENVIRONMENT]; /* names: offsets */
	uint32_t n_loads;
	/* Absolute paths, CAMIPC_LOADS_ARGUMENT, or CAMIPC_LOADS_DEFAULT and a
	 * path: offsets in @text. */
	uint16_t loads[CAMIPC_MAX_LOADS];
	char text[CAMIPC_MAX_MANIFEST_SIZE + 1]; /* cut up by the reader */
};

/**
 * camipc_manifest_parse() - read the text of a manifest
 * @text: NUL-terminated, at most CAMIPC_MAX_MANIFEST_SIZE bytes
 * @ret_manifest: as it was on failure
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line with line and key
 *
 * Reads a mapping in block style. A key has one value (plain, or
 * in quotes without escapes), a list in brackets on its line, or lines with "-",
 * of which those of devices may be mappings. The text may be hostile.
 *
 * Returns 0 or -ENOEXEC (an unknown key, a key twice, a wrong value, or YAML
 * that this reader does not know). Thread word: reentrant.
 */
int camipc_manifest_parse(const char *text,
			  struct camipc_manifest *ret_manifest,
			  char *why) CAMIPC_MUST_CHECK;

/**
 * Returns the path of entry @i of the list loads. @argument takes the place of
 * CAMIPC_LOADS_ARGUMENT; NULL: it is not known yet, and the result is NULL where
 * it would be needed. Thread word: reentrant.
 */
const char *camipc_manifest_load(const struct camipc_manifest *manifest,
				 uint32_t i, const char *argument);

#endif /* CAMIPC_MODULE_MANIFEST_H */
