/* SPDX-License-Identifier: MIT */
/* The module around a script: files beside it, and the record of calls. */
#include <camipc/error.h>
#include <camipc/mock.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mock_script.h"
#include "print_value.h"

/* Longest recorded line in bytes; longer ones are cut. */
#define LINE_SIZE 8192

/* Far more than anybody writes by hand. */
#define MAX_SCRIPT_SIZE (1024 * 1024)

struct mock {
	struct camipc_host *host;
	const struct camipc_interface *interface;
	struct mock_script script;
	struct camipc_arena arena; /* of the current call's outputs */
	uint32_t *calls; /* number of calls of each method, so far */
	int record_fd;
	char script_path[PATH_MAX];
	char line[LINE_SIZE];
};

/* ---- files beside the module -------------------------------------------- */

/* Linked into the module, so its address leads to the module's file. */
static const char here;

/** Replaces the ending: "/a/x.so" and ".script" give "/a/x.script". */
static int path_beside(const char *suffix, char path[PATH_MAX])
{
	static const char ending[] = ".so";
	Dl_info info;
	size_t size;

	if (!dladdr(&here, &info) || !info.dli_fname)
		return -ENOENT;
	size = strlen(info.dli_fname);
	if (size >= sizeof(ending) &&
	    strcmp(info.dli_fname + size - (sizeof(ending) - 1), ending) == 0)
		size -= sizeof(ending) - 1;
	if (size + strlen(suffix) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path, info.dli_fname, size);
	strcpy(path + size, suffix);
	return 0;
}

/** Reads a whole file and appends a NUL. */
static int read_whole(int fd, char **ret_text, struct mock_text *reterr)
{
	struct stat status;
	size_t size = 0;
	char *text;
	ssize_t n;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return mock_text_fail(reterr, "it is not a regular file");
	if (status.st_size > MAX_SCRIPT_SIZE)
		return mock_text_fail(reterr, "it has more than %d bytes",
				      MAX_SCRIPT_SIZE);
	text = malloc((size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	do {
		n = read(fd, text + size, (size_t)status.st_size - size);
		if (n > 0)
			size += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0) {
		free(text);
		return -errno;
	}
	text[size] = '\0';
	if (strlen(text) < size) {
		free(text);
		return mock_text_fail(reterr, "it is not text: it contains a "
					      "NUL byte");
	}
	*ret_text = text;
	return 0;
}

static void log_failure(struct mock *mock, const struct mock_text *error,
			int ret)
{
	const char *text =
		error->error[0] ? error->error : camipc_errno_to_string(ret);

	if (error->line)
		camipc_host_log(mock->host, CAMIPC_LOG_ERROR, "%s:%u: %s",
				mock->script_path, error->line, text);
	else
		camipc_host_log(mock->host, CAMIPC_LOG_ERROR,
				"cannot read the script '%s': %s",
				mock->script_path, text);
}

/** Without a script every call succeeds, with default outputs. */
static int load_script(struct mock *mock)
{
	struct mock_text error = { .line = 0 };
	char *text = NULL;
	int fd;
	int ret = path_beside(".script", mock->script_path);

	if (ret < 0)
		goto fail;
	fd = open(mock->script_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		ret = -errno;
		goto fail;
	}
	ret = read_whole(fd, &text, &error);
	close(fd);
	if (ret < 0)
		goto fail;
	ret = mock_script_read(&mock->script, mock->interface, text, &error);
	if (ret < 0)
		goto fail;
	return 0;

fail:
	log_failure(mock, &error, ret);
	return ret;
}

static int open_record(struct mock *mock)
{
	char path[PATH_MAX];
	int ret = path_beside(".calls", path);

	if (ret < 0)
		return ret;
	mock->record_fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (mock->record_fd >= 0)
		return 0;
	ret = -errno;
	camipc_host_log(mock->host, CAMIPC_LOG_ERROR, "cannot open %s: %s",
			path, camipc_errno_to_string(ret));
	return ret;
}

/* ---- recording ----------------------------------------------------------- */

static void print_message(struct camipc_printer *printer,
			  const struct camipc_message_type *type,
			  const void *value)
{
	camipc_print(printer, "(");
	if (type && value)
		camipc_print_fields(printer, type->info, value);
	camipc_print(printer, ")");
}

/** Writes a whole line at once, so that two instances can share the file. */
static void record(struct mock *mock, struct camipc_printer *printer)
{
	size_t size = printer->used;

	mock->line[size] = '\n';
	if (write(mock->record_fd, mock->line, size + 1) != (ssize_t)size + 1)
		camipc_host_log(mock->host, CAMIPC_LOG_ERROR,
				"cannot record a call: %s",
				camipc_errno_to_string(errno));
}

static int emit(void *user, const struct camipc_method *event, const void *args)
{
	struct mock *mock = user;
	struct camipc_printer printer;
	int ret = mock->host->raise_event(mock->host, event->id, args);

	camipc_printer_init(&printer, mock->line, sizeof(mock->line));
	camipc_print(&printer, "    emit %s", event->name);
	print_message(&printer, event->args, args);
	if (ret < 0)
		camipc_print(&printer, ": %s", camipc_errno_to_string(ret));
	record(mock, &printer);
	/* A lost event is in the record; the script goes on. */
	return 0;
}

/* ---- the module ---------------------------------------------------------- */

int camipc_mock_create(struct camipc_host *host,
		       const struct camipc_interface *interface, void **ret_ipa)
{
	struct mock *mock = calloc(1, sizeof(*mock));
	int ret;

	if (!mock)
		return -ENOMEM;
	mock->host = host;
	mock->interface = interface;
	mock->record_fd = -1;
	camipc_arena_init(&mock->arena, SIZE_MAX);
	mock->calls = calloc(interface->n_methods, sizeof(mock->calls[0]));
	if (!mock->calls) {
		ret = -ENOMEM;
		goto destroy;
	}
	ret = load_script(mock);
	if (ret < 0)
		goto destroy;
	ret = open_record(mock);
	if (ret < 0)
		goto destroy;
	*ret_ipa = mock;
	return 0;

destroy:
	camipc_mock_destroy(mock);
	return ret;
}

void camipc_mock_destroy(void *ipa)
{
	struct mock *mock = ipa;

	if (mock->record_fd >= 0)
		close(mock->record_fd);
	camipc_arena_fini(&mock->arena);
	mock_script_fini(&mock->script);
	free(mock->calls);
	free(mock);
}

void camipc_mock_invoke(const struct camipc_method *row, const void *table,
			void *ipa, const void *args, void *outs)
{
	struct mock *mock = ipa;
	uint32_t *n = &mock->calls[row - mock->interface->methods];
	struct camipc_printer printer;
	struct mock_text error;
	int ret;

	(void)table;
	camipc_printer_init(&printer, mock->line, sizeof(mock->line));
	camipc_print(&printer, "%s", row->name);
	print_message(&printer, row->args, args);
	record(mock, &printer);
	camipc_arena_reset(&mock->arena, SIZE_MAX);
	++*n;
	if (!mock->script.text)
		return;
	ret = mock_script_run(&mock->script, row, *n, &mock->arena, args, outs,
			      emit, mock, &error);
	if (ret < 0)
		log_failure(mock, &error, ret);
}
