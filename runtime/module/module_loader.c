/* SPDX-License-Identifier: MIT */
/* Loads modules into this process and checks that they are what they say. */
#include "module_loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/log.h>

#include "layout.h"
#include "module_copy.h"
#include "module_info.h"
#include "pinned_path.h"

#define TOPIC "module"

/** What is loaded stays loaded, and so do these. */
struct camipc_module {
	struct camipc_module *next;
	/* What was mapped: the file itself, or a copy with this content. */
	bool is_copy;
	dev_t device;
	ino_t inode;
	uint64_t size;
	uint64_t sum;
	void *handle;
	int error; /* it was loaded, and then refused, ... */
	const char *why; /* ... because of this; a literal */
	char why_text[96]; /* of a reason that names something */
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
	const struct camipc_module_file *file;
	bool is_pinned; /* its path stays what it is: mapped by that */
	struct camipc_module_copy copy; /* fd -1: the file itself is mapped */
	bool owns_copy; /* else it is the file's */
	char why_not_pinned[CAMIPC_PINNED_WHY_SIZE];
};

static const char *name_of(const struct candidate *candidate)
{
	return camipc_module_file_name(candidate->file);
}

static int refuse(const struct candidate *candidate, int error,
		  const char *why)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", name_of(candidate), why);
	return error;
}

/** Refuses for good what is loaded by now; @why is a literal or
 *  why_text. */
static int reject(struct camipc_module *module, int error, const char *why)
{
	module->error = error;
	module->why = why;
	return error;
}

/* ---- what is loaded ------------------------------------------------------ */

/**
 * Sets is_pinned if the file's path is, and leads to the file that is open.
 * Returns 0, -EMFILE or -ENOMEM.
 */
static int check_pinned(struct candidate *candidate)
{
	const struct camipc_module_file *file = candidate->file;
	char *why = candidate->why_not_pinned;
	struct stat status;
	int ret;

	snprintf(why, CAMIPC_PINNED_WHY_SIZE, "%s",
		 fcntl(file->fd, F_GET_SEALS) > 0 ?
			 "a sealed copy is loaded" :
			 "no path leads to it any more");
	if (!file->path[0])
		return 0;
	ret = camipc_pinned_path_check(file->path, geteuid(), &status, why);
	if (ret == -EMFILE || ret == -ENOMEM)
		return refuse(candidate, ret, why);
	if (ret < 0)
		return 0;
	candidate->is_pinned = status.st_dev == file->device &&
			       status.st_ino == file->inode;
	return 0;
}

static int make_copy(struct candidate *candidate)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	int ret = camipc_module_file_copy(candidate->file, NULL,
					  &candidate->copy, why);

	if (ret < 0)
		return refuse(candidate, ret, why);
	candidate->owns_copy = true;
	return 0;
}

/** Decides what will be mapped; nothing of the module has run yet. */
static int prepare(struct candidate *candidate,
		   const struct camipc_module_file *file,
		   enum camipc_load_mode mode)
{
	int ret;

	candidate->file = file;
	candidate->copy.fd = -1;
	if (file->is_sealed) {
		candidate->copy = file->copy;
		/* It was judged by this copy, and is loaded by it. */
		snprintf(candidate->why_not_pinned,
			 sizeof(candidate->why_not_pinned),
			 "a sealed copy is loaded");
		return 0;
	}
	ret = check_pinned(candidate);
	if (ret < 0 || candidate->is_pinned || mode == CAMIPC_LOAD_OPENED)
		return ret;
	return make_copy(candidate);
}

static bool is_this(const struct camipc_module *module,
		    const struct candidate *candidate)
{
	if (module->is_copy)
		return candidate->copy.fd >= 0 &&
		       module->size == candidate->copy.content.file_size &&
		       module->sum == candidate->copy.sum;
	return candidate->copy.fd < 0 &&
	       module->device == candidate->file->device &&
	       module->inode == candidate->file->inode;
}

static struct camipc_module *find_loaded(const struct candidate *candidate)
{
	for (struct camipc_module *module = modules; module;
	     module = module->next) {
		if (is_this(module, candidate))
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

/* ---- mapping ------------------------------------------------------------- */

/** The name under which the dynamic loader opens exactly the right file. */
static int name_file(const struct candidate *candidate, char name[PATH_MAX])
{
	const int fd = candidate->copy.fd >= 0 ? candidate->copy.fd :
						 candidate->file->fd;
	struct stat status;

	/* A worker may have become a user that cannot search its folder. */
	if (candidate->is_pinned &&
	    (access(candidate->file->path, R_OK) == 0 ||
	     !camipc_fd_name(fd, name, PATH_MAX))) {
		memcpy(name, candidate->file->path, PATH_MAX);
		return 0;
	}
	if (camipc_fd_name(fd, name, PATH_MAX))
		return 0;
	if (candidate->copy.fd >= 0)
		return refuse(candidate, -EPERM,
			      "cannot run in this process: others can change "
			      "its path, and /proc is not mounted");
	memcpy(name, candidate->file->path, PATH_MAX);
	if (stat(name, &status) < 0 ||
	    status.st_dev != candidate->file->device ||
	    status.st_ino != candidate->file->inode)
		return refuse(candidate, -ESTALE,
			      "was replaced before it was loaded");
	return 0;
}

/**
 * Explains why the dynamic loader refused the file. A library that the module
 * needs and that is missing is reported as such: glibc and musl name it.
 */
static int explain(const struct candidate *candidate, const char *text)
{
	static const char musl[] = "Error loading shared library ";
	const char *library = strncmp(text, musl, sizeof(musl) - 1) == 0 ?
				      text + sizeof(musl) - 1 :
				      text;
	const size_t size = strcspn(library, ":");
	char why[CAMIPC_MODULE_WHY_SIZE + CAMIPC_PINNED_WHY_SIZE];

	if (library == text &&
	    strncmp(library + size, ": cannot open shared object file", 32) != 0)
		return refuse(candidate, -ENOEXEC, text);
	if (candidate->is_pinned)
		snprintf(why, sizeof(why),
			 "needs the library %.*s, which was not found",
			 (int)(size < 64 ? size : 64), library);
	else
		snprintf(why, sizeof(why),
			 "needs the library %.*s, which was not found; "
			 "$ORIGIN folders are not searched, because %s",
			 (int)(size < 64 ? size : 64), library,
			 candidate->why_not_pinned);
	return refuse(candidate, -ELIBACC, why);
}

/**
 * Maps the file. The dynamic loader goes by name first: for a file that took
 * the place of a loaded one, or for a descriptor that was used before, it
 * returns the old one. Then the name is spelled in another way, and it has to
 * look again.
 */
static int map_file(const struct candidate *candidate, void **ret_handle)
{
	char path[PATH_MAX];
	char name[PATH_MAX];
	char dots[512] = "";
	const char *base;
	int ret = name_file(candidate, path);

	if (ret < 0)
		return ret;
	base = strrchr(path, '/');
	for (size_t n = 0; n + 2 < sizeof(dots); n += 2) {
		void *handle;

		if (snprintf(name, sizeof(name), "%.*s%s%s",
			     (int)(base - path), path, dots,
			     base) >= (int)sizeof(name))
			return refuse(candidate, -ENAMETOOLONG,
				      "its path is too long");
		handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
		if (!handle)
			return explain(candidate, dlerror());
		if (!is_known_handle(handle)) {
			*ret_handle = handle;
			return 0;
		}
		dlclose(handle); /* one count too many: it stays mapped */
		memcpy(dots + n, "/.", 3);
	}
	return refuse(candidate, -ESTALE, "was exchanged too often");
}

/** True if a pinned path still leads to the file; root may have changed it. */
static bool is_same_file(const struct candidate *candidate)
{
	const struct camipc_module_file *file = candidate->file;
	struct stat now;

	return !candidate->is_pinned ||
	       (stat(file->path, &now) == 0 && now.st_dev == file->device &&
		now.st_ino == file->inode);
}

/* ---- checking ------------------------------------------------------------ */

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
		    (unsigned int)rows[i].overflow >= CAMIPC_N_OVERFLOWS ||
		    rows[i].queue > CAMIPC_MAX_QUEUE)
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

/** Every table of ops begins with its size. */
static uint32_t size_of_ops(const struct camipc_module_entry *entry)
{
	uint32_t size = 1;

	if (entry->ops)
		memcpy(&size, entry->ops, sizeof(size));
	return size;
}

static int check_ops(struct camipc_module *module,
		     const struct camipc_module_entry *entry)
{
	const char *missing;

	if (!entry->create || !entry->destroy || !entry->missing_op)
		return reject(module, -ENOEXEC, "its entry lacks a function");
	if (entry->descriptor->n_methods > 0 && (!entry->invoke || !entry->ops))
		return reject(module, -ENOEXEC, "its entry lacks the ops");
	for (uint16_t i = 0; i < entry->descriptor->n_methods; i++) {
		if (!entry->invoke[i])
			return reject(module, -ENOEXEC,
				      "its entry lacks an invoker");
	}
	missing = entry->missing_op(entry->ops);
	if (!missing)
		return 0;
	if (!size_of_ops(entry))
		return reject(module, -ENOEXEC,
			      "the size of its table of ops is 0, expected "
			      "sizeof the table");
	snprintf(module->why_text, sizeof(module->why_text),
		 "does not have the op %.63s", missing);
	return reject(module, -ENOEXEC, module->why_text);
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
	module->is_copy = candidate->copy.fd >= 0;
	module->size = candidate->copy.content.file_size;
	module->sum = candidate->copy.sum;
	module->device = candidate->file->device;
	module->inode = candidate->file->inode;
	module->info = candidate->file->info;
	snprintf(module->path, sizeof(module->path), "%s", name_of(candidate));
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

int camipc_module_load(const struct camipc_module_file *file,
		       enum camipc_load_mode mode,
		       struct camipc_module **ret_module)
{
	struct candidate candidate = { .is_pinned = false };
	struct camipc_module *module;
	int ret;

	ret = prepare(&candidate, file, mode);
	if (ret < 0)
		goto close_copy;
	pthread_mutex_lock(&lock);
	ret = find_or_add(&candidate, &module);
	if (ret == 0) {
		module->references++;
		*ret_module = module;
	}
	pthread_mutex_unlock(&lock);
close_copy:
	if (candidate.owns_copy)
		close(candidate.copy.fd);
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
