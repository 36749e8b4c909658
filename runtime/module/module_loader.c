/* SPDX-License-Identifier: MIT */
/* Loads modules into this process and checks that they are what they say. */
#include "module_loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "layout.h"
#include "module_info.h"

#define TOPIC "module"

/** What is loaded stays loaded, and so do these. */
struct camipc_module {
	struct camipc_module *next;
	dev_t device;
	ino_t inode;
	void *handle;
	int error; /* it was loaded, and then refused, ... */
	const char *why; /* ... because of this; a literal */
	const struct camipc_module_entry *entry;
	struct camipc_module_info info;
	bool has_layout;
	uint64_t layout; /* of its structs; layout.h */
	unsigned int references;
	char path[PATH_MAX];
};

/*
 * The dynamic loader's own state is global, and this mirrors a part of it. The
 * lock is held across dlopen(): two threads that load the same new file must
 * get the same object.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_module *modules;

/** A file about to be loaded, or refused. */
struct candidate {
	char path[PATH_MAX]; /* real */
	int fd;
	struct stat status;
	struct camipc_module_info info;
};

static int refuse(const struct candidate *candidate, int error,
		  const char *why)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", candidate->path, why);
	return error;
}

/** Refuses for good what is loaded by now; @why is a literal. */
static int reject(struct camipc_module *module, int error, const char *why)
{
	module->error = error;
	module->why = why;
	return error;
}

static int open_candidate(const char *path, struct candidate *candidate)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	int ret;

	if (!realpath(path, candidate->path)) {
		ret = -errno;
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", path,
			   camipc_errno_to_string(ret));
		return ret;
	}
	ret = camipc_module_open(candidate->path, &candidate->fd, why);
	if (ret < 0)
		return refuse(candidate, ret, why);
	if (fstat(candidate->fd, &candidate->status) < 0) {
		ret = -errno;
		snprintf(why, sizeof(why), "fstat: %s",
			 camipc_errno_to_string(ret));
	} else {
		ret = camipc_module_info_read(candidate->fd, &candidate->info,
					      why);
	}
	if (ret < 0) {
		close(candidate->fd);
		return refuse(candidate, ret, why);
	}
	return 0;
}

static struct camipc_module *find_loaded(const struct candidate *candidate)
{
	for (struct camipc_module *module = modules; module;
	     module = module->next) {
		if (module->device == candidate->status.st_dev &&
		    module->inode == candidate->status.st_ino)
			return module;
	}
	return NULL;
}

static bool is_known_handle(const void *handle)
{
	for (const struct camipc_module *module = modules; module;
	     module = module->next) {
		if (module->handle == handle)
			return true;
	}
	return false;
}

/**
 * Maps the file. The dynamic loader goes by name first: for a file that took
 * the place of a loaded one it returns the old one. Then the name is spelled
 * in another way, and it has to look again.
 */
static int map_file(const struct candidate *candidate, void **ret_handle)
{
	const char *base = strrchr(candidate->path, '/');
	size_t folder = (size_t)(base - candidate->path);
	char name[PATH_MAX];
	char dots[64] = "";

	for (size_t n = 0; n + 2 < sizeof(dots); n += 2) {
		void *handle;

		if (snprintf(name, sizeof(name), "%.*s%s%s", (int)folder,
			     candidate->path, dots, base) >= (int)sizeof(name))
			return refuse(candidate, -ENAMETOOLONG,
				      "its path is too long");
		handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
		if (!handle)
			return refuse(candidate, -ENOEXEC, dlerror());
		if (!is_known_handle(handle)) {
			*ret_handle = handle;
			return 0;
		}
		dlclose(handle); /* one count too many: it stays mapped */
		memcpy(dots + n, "/.", 3);
	}
	return refuse(candidate, -ESTALE, "was exchanged too often");
}

/** True if @path still is the file that was checked. */
static bool is_same_file(const struct candidate *candidate)
{
	struct stat now;

	return stat(candidate->path, &now) == 0 &&
	       now.st_dev == candidate->status.st_dev &&
	       now.st_ino == candidate->status.st_ino;
}

/** Ids ascend, and tables by role, when and overflow have an entry. */
static bool rows_are_legal(const struct camipc_method *rows, uint16_t n_rows)
{
	uint32_t last = 0;

	if (n_rows > 0 && !rows)
		return false;
	for (uint16_t i = 0; i < n_rows; i++) {
		if (!rows[i].name || rows[i].id <= last)
			return false;
		if ((unsigned int)rows[i].role >= CAMIPC_N_ROLES ||
		    (unsigned int)rows[i].when >= CAMIPC_N_WHENS ||
		    (unsigned int)rows[i].overflow >= CAMIPC_N_OVERFLOWS)
			return false;
		last = rows[i].id;
	}
	return true;
}

static int check_interface(struct camipc_module *module,
			   const struct camipc_interface *interface)
{
	if (!interface || interface->size < sizeof(*interface) ||
	    !interface->name)
		return reject(module, -ENOEXEC, "its entry has no interface");
	if (interface->codegen_revision != CAMIPC_CODEGEN_REVISION)
		return reject(module, -ESTALE,
			      "its interface is of another codegen revision");
	if (!rows_are_legal(interface->methods, interface->n_methods) ||
	    !rows_are_legal(interface->events, interface->n_events))
		return reject(module, -ENOEXEC,
			      "its interface has a broken table");
	return 0;
}

static int check_ops(struct camipc_module *module,
		     const struct camipc_module_entry *entry)
{
	if (!entry->create || !entry->destroy || !entry->ops_complete)
		return reject(module, -ENOEXEC, "its entry lacks a function");
	if (entry->descriptor->n_methods > 0 && (!entry->invoke || !entry->ops))
		return reject(module, -ENOEXEC, "its entry lacks the ops");
	for (uint16_t i = 0; i < entry->descriptor->n_methods; i++) {
		if (!entry->invoke[i])
			return reject(module, -ENOEXEC,
				      "its entry lacks an invoker");
	}
	if (!entry->ops_complete(entry->ops))
		return reject(module, -ENOEXEC, "does not have every op");
	return 0;
}

static int check_entry(struct camipc_module *module,
		       const struct camipc_module_entry *entry)
{
	int ret;

	if (!entry)
		return reject(module, -ENOEXEC,
			      "exports no camipc_module_entry");
	if (entry->abi != CAMIPC_MODULE_ABI)
		return reject(module, -ESTALE,
			      "its entry has another module ABI");
	if (entry->size < sizeof(*entry))
		return reject(module, -ENOEXEC, "its entry is too short");
	ret = check_interface(module, entry->descriptor);
	if (ret < 0)
		return ret;
	return check_ops(module, entry);
}

/** What was decided by the note must hold for what is going to run. */
static int check_agreement(struct camipc_module *module,
			   const struct camipc_interface *interface)
{
	const struct camipc_module_info *info = &module->info;

	if (strcmp(info->interface_name, interface->name) != 0 ||
	    info->interface_version != interface->version ||
	    info->compatible_since != interface->compatible_since ||
	    camipc_module_info_fingerprint(info) != interface->wire_fingerprint)
		return reject(module, -ENOEXEC,
			      "its note and its entry name different "
			      "interfaces");
	return 0;
}

/** Checks what was loaded, and fills @module in. */
static int accept(struct camipc_module *module,
		  const struct candidate *candidate)
{
	const struct camipc_module_entry *entry;
	int ret;

	if (!is_same_file(candidate))
		return reject(module, -ESTALE,
			      "was replaced while it was being loaded");
	entry = dlsym(module->handle, "camipc_module_entry");
	ret = check_entry(module, entry);
	if (ret < 0)
		return ret;
	ret = check_agreement(module, entry->descriptor);
	if (ret < 0)
		return ret;
	module->entry = entry;
	camipc_log(CAMIPC_LOG_DEBUG, TOPIC, "%s: loaded %s %u for %s",
		   module->path, module->info.name, module->info.module_version,
		   module->info.interface_name);
	return 0;
}

/** A refused one is kept, too: its code was run and stays mapped. */
static int add_module(const struct candidate *candidate,
		      struct camipc_module **ret_module)
{
	struct camipc_module *module;
	int ret;

	module = calloc(1, sizeof(*module));
	if (!module)
		return -ENOMEM;
	ret = map_file(candidate, &module->handle);
	if (ret < 0) {
		free(module);
		return ret;
	}
	module->device = candidate->status.st_dev;
	module->inode = candidate->status.st_ino;
	module->info = candidate->info;
	memcpy(module->path, candidate->path, sizeof(module->path));
	ret = accept(module, candidate);
	module->next = modules;
	modules = module;
	if (ret < 0)
		return refuse(candidate, ret, module->why);
	*ret_module = module;
	return 0;
}

/** Not a part of accept(): without memory, the next load tries again. */
static int note_layout(const struct candidate *candidate,
		       struct camipc_module *module)
{
	int ret;

	if (module->has_layout)
		return 0;
	ret = camipc_layout_fold(module->entry->descriptor, &module->layout);
	if (ret == -ENOMEM)
		return ret;
	if (ret < 0) {
		reject(module, -ENOEXEC, "its interface lacks a type table");
		return refuse(candidate, module->error, module->why);
	}
	module->has_layout = true;
	return 0;
}

/** The one for the file: loaded before, or now. Needs the lock. */
static int find_or_add(const struct candidate *candidate,
		       struct camipc_module **ret_module)
{
	struct camipc_module *module = find_loaded(candidate);
	int ret = 0;

	if (!module)
		ret = add_module(candidate, &module);
	else if (module->error)
		ret = refuse(candidate, module->error, module->why);
	if (ret == 0)
		ret = note_layout(candidate, module);
	if (ret == 0)
		*ret_module = module;
	return ret;
}

int camipc_module_load(const char *path, struct camipc_module **ret_module)
{
	struct camipc_module *module;
	struct candidate candidate;
	int ret;

	ret = open_candidate(path, &candidate);
	if (ret < 0)
		return ret;
	pthread_mutex_lock(&lock);
	ret = find_or_add(&candidate, &module);
	if (ret == 0) {
		module->references++;
		*ret_module = module;
	}
	pthread_mutex_unlock(&lock);
	close(candidate.fd);
	return ret;
}

void camipc_module_unload(struct camipc_module *module)
{
	if (!module)
		return;
	pthread_mutex_lock(&lock);
	module->references--;
	pthread_mutex_unlock(&lock);
}

const struct camipc_module_entry *
camipc_module_entry(const struct camipc_module *module)
{
	return module->entry;
}

uint64_t camipc_module_get_layout(const struct camipc_module *module)
{
	return module->layout;
}

const char *camipc_module_get_path(const struct camipc_module *module)
{
	return module->path;
}

unsigned int camipc_module_count_references(void)
{
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	for (const struct camipc_module *module = modules; module;
	     module = module->next)
		n += module->references;
	pthread_mutex_unlock(&lock);
	return n;
}
