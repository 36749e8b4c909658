/* SPDX-License-Identifier: MIT */
/* The keys of a manifest, and the values that each accepts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manifest_reader.h"

/* A number of a plain value has at most so many characters. */
#define MAX_DIGITS 12

static uint16_t place(const struct camipc_manifest_reader *reader,
		      const char *value)
{
	return (uint16_t)(value - reader->manifest.text);
}

static int take_bool(struct camipc_manifest_reader *reader, const char *value,
		     bool *ret_value)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return camipc_manifest_refuse(
			reader, "%s is '%.32s': expected true or false",
			reader->key->name, value);
	*ret_value |= value[0] == 't';
	return 0;
}

static int take_argument(struct camipc_manifest_reader *reader,
			 const char *value)
{
	return take_bool(reader, value, &reader->manifest.takes_argument);
}

static int take_gpu(struct camipc_manifest_reader *reader, const char *value)
{
	return take_bool(reader, value, &reader->manifest.gpu);
}

static int take_load(struct camipc_manifest_reader *reader, const char *value)
{
	struct camipc_manifest *manifest = &reader->manifest;

	if (manifest->n_loads == CAMIPC_MAX_LOADS)
		return camipc_manifest_refuse(reader,
					      "loads has more than %d files",
					      CAMIPC_MAX_LOADS);
	if (strcmp(value, CAMIPC_LOADS_ARGUMENT) == 0 || camipc_manifest_has_default(value))
		manifest->takes_argument = true;
	else if (value[0] != '/')
		return camipc_manifest_refuse(
			reader,
			"loads has '%.32s': expected absolute paths, argument, "
			"or 'argument or /path'",
			value);
	manifest->loads[manifest->n_loads++] = place(reader, value);
	return 0;
}

static int take_read(struct camipc_manifest_reader *reader, const char *value)
{
	struct camipc_manifest *manifest = &reader->manifest;

	if (manifest->n_read == CAMIPC_MAX_READ)
		return camipc_manifest_refuse(
			reader, "read has more than %d paths", CAMIPC_MAX_READ);
	if (value[0] != '/')
		return camipc_manifest_refuse(
			reader, "read has '%.32s': expected absolute paths",
			value);
	manifest->read[manifest->n_read++] = place(reader, value);
	return 0;
}

/* A whole number from 1 to @max. */
static int take_number(struct camipc_manifest_reader *reader, const char *value,
		       uint32_t max, uint32_t *ret_number)
{
	const size_t n = strspn(value, "0123456789");
	unsigned long number = 0;

	if (n > 0 && n < 9 && !value[n])
		number = strtoul(value, NULL, 10);
	if (number == 0 || number > max)
		return camipc_manifest_refuse(reader,
					      "%s is '%.32s': expected 1 to %u",
					      reader->key->name, value, max);
	*ret_number = (uint32_t)number;
	return 0;
}

static int take_memory(struct camipc_manifest_reader *reader, const char *value)
{
	return take_number(reader, value, CAMIPC_SANDBOX_MAX_MEMORY_MIB,
			   &reader->manifest.memory_mib);
}

static int take_threads(struct camipc_manifest_reader *reader,
			const char *value)
{
	return take_number(reader, value, CAMIPC_SANDBOX_MAX_THREADS,
			   &reader->manifest.threads);
}

static int take_sandbox(struct camipc_manifest_reader *reader,
			const char *value)
{
	static const char *const names[] = {
		[CAMIPC_SANDBOX_REQUIRED] = "required",
		[CAMIPC_SANDBOX_BEST_EFFORT] = "best-effort",
		[CAMIPC_SANDBOX_OFF] = "off",
	};

	for (uint32_t i = 1; i <= CAMIPC_SANDBOX_OFF; i++) {
		if (strcmp(value, names[i]) != 0)
			continue;
		reader->manifest.sandbox = (enum camipc_sandbox_mode)i;
		return 0;
	}
	return camipc_manifest_refuse(reader,
				      "sandbox is '%.32s': expected required, "
				      "best-effort or off",
				      value);
}

static bool is_variable(const char *value)
{
	static const char letters[] = "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";

	return *value && (*value < '0' || *value > '9') &&
	       value[strspn(value, letters)] == '\0';
}

static int take_variable(struct camipc_manifest_reader *reader,
			 const char *value)
{
	struct camipc_manifest *manifest = &reader->manifest;

	if (manifest->n_environment == CAMIPC_MAX_ENVIRONMENT)
		return camipc_manifest_refuse(
			reader, "environment has more than %d variables",
			CAMIPC_MAX_ENVIRONMENT);
	if (!is_variable(value))
		return camipc_manifest_refuse(
			reader,
			"environment has '%.32s': expected names of variables",
			value);
	manifest->environment[manifest->n_environment++] =
		place(reader, value);
	return 0;
}

/* ---- devices ------------------------------------------------------------- */

static int begin_device(struct camipc_manifest_reader *reader)
{
	struct camipc_manifest *manifest = &reader->manifest;

	if (manifest->n_devices == CAMIPC_MAX_DEVICES)
		return camipc_manifest_refuse(reader,
					      "devices has more than %d paths",
					      CAMIPC_MAX_DEVICES);
	manifest->devices[manifest->n_devices++] = 0;
	return 0;
}

/* A place is never 0: the key comes before its value. */
static int end_device(struct camipc_manifest_reader *reader)
{
	const struct camipc_manifest *manifest = &reader->manifest;

	if (manifest->devices[manifest->n_devices - 1] == 0)
		return camipc_manifest_refuse(reader,
					      "a device has no path");
	return 0;
}

static int take_device_path(struct camipc_manifest_reader *reader,
			    const char *value)
{
	struct camipc_manifest *manifest = &reader->manifest;
	uint16_t *path = &manifest->devices[manifest->n_devices - 1];

	if (value[0] != '/')
		return camipc_manifest_refuse(
			reader, "devices has '%.32s': expected absolute paths",
			value);
	if (*path)
		return camipc_manifest_refuse(reader,
					      "a device has two paths");
	*path = place(reader, value);
	return 0;
}

static int take_device(struct camipc_manifest_reader *reader, const char *value)
{
	int ret = begin_device(reader);

	return ret < 0 ? ret : take_device_path(reader, value);
}

/* A number of 32 bits: decimal, or hexadecimal after 0x. */
static bool read_ioctl(const char *value, uint32_t *ret_number)
{
	const bool is_hex = value[0] == '0' && value[1] == 'x';
	const char *digits = is_hex ? value + 2 : value;
	const size_t n = strspn(digits, is_hex ? "0123456789abcdefABCDEF" :
						 "0123456789");
	unsigned long long number;

	if (n == 0 || n > MAX_DIGITS || digits[n])
		return false;
	number = strtoull(digits, NULL, is_hex ? 16 : 10);
	*ret_number = (uint32_t)number;
	return number <= UINT32_MAX;
}

static int take_ioctl(struct camipc_manifest_reader *reader, const char *value)
{
	struct camipc_manifest *manifest = &reader->manifest;
	uint32_t number;

	if (!read_ioctl(value, &number))
		return camipc_manifest_refuse(
			reader,
			"ioctls has '%.32s': expected a number of 32 bits, "
			"such as 0xc0585611",
			value);
	for (uint32_t i = 0; i < manifest->n_ioctls; i++) {
		if (manifest->ioctls[i] == number)
			return 0;
	}
	if (manifest->n_ioctls == CAMIPC_MAX_IOCTLS)
		return camipc_manifest_refuse(
			reader, "all devices have more than %d ioctls",
			CAMIPC_MAX_IOCTLS);
	manifest->ioctls[manifest->n_ioctls++] = number;
	return 0;
}

static const struct camipc_manifest_key device_keys[] = {
	{ .name = "path", .take = take_device_path },
	{ .name = "ioctls", .take = take_ioctl, .is_list = true },
	{ .name = NULL },
};

const struct camipc_manifest_key camipc_manifest_keys[] = {
	{ .name = "argument", .take = take_argument },
	{
		.name = "devices",
		.take = take_device,
		.is_list = true,
		.items = device_keys,
		.begin_item = begin_device,
		.end_item = end_device,
	},
	{ .name = "environment", .take = take_variable, .is_list = true },
	{ .name = "gpu", .take = take_gpu },
	{ .name = "loads", .take = take_load, .is_list = true },
	{ .name = "memory_mib", .take = take_memory },
	{ .name = "read", .take = take_read, .is_list = true },
	{ .name = "sandbox", .take = take_sandbox },
	{ .name = "threads", .take = take_threads },
	{ .name = NULL },
};
