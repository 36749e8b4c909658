/* SPDX-License-Identifier: MIT */
/* Asks a worker for its sandbox, and judges what it reports. */
#include "worker_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "ipa_link.h"
#include "sandbox.h"

#define TOPIC "proxy.process"

/* /proc/PID/status has about 1,500 bytes. */
#define STATUS_SIZE 8192

/* Modes of seccomp in /proc/PID/status. */
#define MODE_FILTER 2

/** What the kernel says of a process. */
struct account {
	bool is_known; /* /proc is there */
	uint64_t uid; /* the real one; the others are as the worker tried */
	uint64_t capabilities;
	uint64_t no_new_privs;
	uint64_t seccomp;
	uint64_t filters;
};

void camipc_worker_sandbox_ask(const struct camipc_link_sandbox *wanted,
			       bool wrapped, struct camipc_parent_hello *hello)
{
	if (wanted->mode == CAMIPC_SANDBOX_OFF || wrapped)
		return;
	hello->layers = (1u << CAMIPC_N_SANDBOX_LAYERS) - 1;
	if (!wanted->namespaces)
		hello->layers &= ~(1u << CAMIPC_SANDBOX_NAMESPACES);
	hello->memory_mib = wanted->memory_mib;
	hello->threads = wanted->threads;
	hello->paths = (uint8_t *)(uintptr_t)wanted->paths;
	hello->paths_size = wanted->paths_size;
	for (uint32_t i = 0; i < wanted->n_ioctls; i++)
		hello->ioctls[i] = wanted->ioctls[i];
	hello->n_ioctls = wanted->n_ioctls;
	if (wanted->mode == CAMIPC_SANDBOX_LEARN)
		hello->flags |= CAMIPC_GRANT_LEARN;
	if (wanted->gpu)
		hello->flags |= CAMIPC_GRANT_GPU;
}

/* ---- the kernel's account ------------------------------------------------ */

static bool read_status(int pid, char text[STATUS_SIZE])
{
	char path[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, STATUS_SIZE - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number behind a name at the start of a line; false without the line. */
static bool find_number(const char *text, const char *name, int base,
			uint64_t *ret_number)
{
	const char *line = strstr(text, name);

	if (!line || line == text || line[-1] != '\n')
		return false;
	*ret_number = strtoull(line + strlen(name), NULL, base);
	return true;
}

static struct account read_account(int pid)
{
	struct account account = { .is_known = false };
	char text[STATUS_SIZE];

	if (pid <= 0 || !read_status(pid, text))
		return account;
	account.is_known =
		find_number(text, "Uid:", 10, &account.uid) &&
		find_number(text, "CapEff:", 16, &account.capabilities) &&
		find_number(text, "NoNewPrivs:", 10, &account.no_new_privs);
	/* A kernel without seccomp has no such line, and no filter either. */
	if (!find_number(text, "Seccomp:", 10, &account.seccomp))
		account.seccomp = 0;
	/* Since Linux 5.9. */
	if (!find_number(text, "Seccomp_filters:", 10, &account.filters))
		account.filters = 0;
	return account;
}

static void contradict(struct camipc_worker_sandbox *sandbox,
		       enum camipc_sandbox_layer layer)
{
	struct camipc_layer_result *result = &sandbox->layers[layer];

	if (result->state != CAMIPC_LAYER_REACHED)
		return;
	result->state = CAMIPC_LAYER_MISSING;
	result->error = -EPROTO;
	result->why = CAMIPC_LAYER_CONTRADICTED;
}

static void compare(struct camipc_worker_sandbox *sandbox,
		    const struct account *account)
{
	if (!account->is_known)
		return;
	if (account->uid == 0)
		contradict(sandbox, CAMIPC_SANDBOX_IDENTITY);
	if (account->capabilities != 0 || account->no_new_privs != 1)
		contradict(sandbox, CAMIPC_SANDBOX_PRIVILEGES);
	if (account->seccomp != MODE_FILTER)
		contradict(sandbox, CAMIPC_SANDBOX_CALLS);
	sandbox->filters = (uint32_t)account->filters;
}

/* ---- the judgement ------------------------------------------------------- */

static const char *why_of(const struct camipc_layer_result *result)
{
	if (result->why == CAMIPC_LAYER_SYSTEM && result->error < 0)
		return camipc_errno_to_string(result->error);
	return camipc_layer_why_to_string(result->why);
}

/* One that is optional, and was not asked for, counts neither way. */
static bool is_wanted(const struct camipc_layer_result *result)
{
	return result->state != CAMIPC_LAYER_OFF ||
	       result->why != CAMIPC_LAYER_OPTIONAL;
}

static bool is_there(const struct camipc_layer_result *result)
{
	return result->state == CAMIPC_LAYER_REACHED ||
	       result->state == CAMIPC_LAYER_NOT_NEEDED ||
	       result->state == CAMIPC_LAYER_PENDING;
}

static void add(char *text, size_t size, const char *before, const char *name,
		const char *why)
{
	const size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s%s%s%s", used ? before : "",
		 name, why[0] ? " (" : "", why, why[0] ? ")" : "");
}

/* Names the layers that are missing; returns how many there are. */
static unsigned int list_missing(const struct camipc_worker_sandbox *sandbox,
				 char *text, size_t size)
{
	unsigned int n = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		if (sandbox->layers[i].state != CAMIPC_LAYER_MISSING)
			continue;
		add(text, size, ", ",
		    camipc_sandbox_layer_to_name((enum camipc_sandbox_layer)i),
		    why_of(&sandbox->layers[i]));
		n++;
	}
	return n;
}

/* Says why the first layer that is not there makes creation fail. */
static int check_required(const struct camipc_worker_sandbox *sandbox,
			  char *text)
{
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		const struct camipc_layer_result *layer = &sandbox->layers[i];
		const int error = layer->error < 0 ? layer->error : -EOPNOTSUPP;

		if (is_there(layer) || !is_wanted(layer))
			continue;
		snprintf(text, CAMIPC_HANDSHAKE_TEXT_SIZE,
			 "the sandbox is required, and its layer \"%s\" was "
			 "not reached (%s): %s",
			 camipc_sandbox_layer_to_name(
				 (enum camipc_sandbox_layer)i),
			 camipc_errno_to_string(error),
			 camipc_layer_why_to_string(layer->why));
		return error;
	}
	return 0;
}

static void warn(const struct camipc_worker_sandbox *sandbox,
		 const char *module)
{
	char text[CAMIPC_SANDBOX_TEXT_SIZE];

	if (list_missing(sandbox, text, sizeof(text)) > 0)
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: the sandbox of the worker lacks %s", module,
			   text);
}

static void turn_off(struct camipc_worker_sandbox *sandbox,
		     enum camipc_layer_why why)
{
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++)
		sandbox->layers[i] = (struct camipc_layer_result){
			.state = CAMIPC_LAYER_OFF,
			.why = why,
		};
}

int camipc_worker_sandbox_judge(struct camipc_worker_sandbox *sandbox,
				const struct camipc_link_sandbox *wanted,
				bool wrapped,
				const struct camipc_worker_hello *hello,
				int pid, const char *module, char *text)
{
	const struct camipc_layer_result optional = {
		.state = CAMIPC_LAYER_OFF,
		.why = CAMIPC_LAYER_OPTIONAL,
	};

	sandbox->mode = wanted->mode;
	sandbox->filters = 0;
	if (wanted->mode == CAMIPC_SANDBOX_OFF || wrapped) {
		turn_off(sandbox, wrapped ? CAMIPC_LAYER_WRAPPED :
					    CAMIPC_LAYER_BY_REQUEST);
	} else {
		const struct account account = read_account(pid);

		memcpy(sandbox->layers, hello->layers, sizeof(sandbox->layers));
		if (!wanted->namespaces)
			sandbox->layers[CAMIPC_SANDBOX_NAMESPACES] = optional;
		compare(sandbox, &account);
		warn(sandbox, module);
	}
	return wanted->mode == CAMIPC_SANDBOX_REQUIRED ?
		       check_required(sandbox, text) :
		       0;
}

/* ---- questions ------------------------------------------------------------ */

void camipc_worker_sandbox_describe(const struct camipc_worker_sandbox *sandbox,
				    char *text, size_t size)
{
	const char *off = "";
	bool any = false;

	text[0] = '\0';
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		const struct camipc_layer_result *layer = &sandbox->layers[i];

		any |= is_there(layer);
		if (is_there(layer))
			add(text, size, ", ",
			    camipc_sandbox_layer_to_name(
				    (enum camipc_sandbox_layer)i),
			    layer->state == CAMIPC_LAYER_REACHED ?
				    why_of(layer) :
				    "");
		else if (layer->state == CAMIPC_LAYER_OFF && is_wanted(layer))
			off = why_of(layer);
	}
	if (!any)
		snprintf(text, size, "off (%s)", off);
	else if (off[0])
		add(text, size, "; others off", "", off);
}

/* The worker seals itself later: the kernel then counts one filter more. */
static enum camipc_layer_state
look_at_seal(const struct camipc_worker_sandbox *sandbox, int pid)
{
	const struct account account = read_account(pid);

	return account.is_known && sandbox->filters > 0 &&
			       account.filters > sandbox->filters ?
		       CAMIPC_LAYER_REACHED :
		       CAMIPC_LAYER_PENDING;
}

void camipc_worker_sandbox_get(const struct camipc_worker_sandbox *sandbox,
			       int pid, struct camipc_sandbox *ret_sandbox)
{
	ret_sandbox->mode = sandbox->mode;
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		const struct camipc_layer_result *from = &sandbox->layers[i];
		struct camipc_layer_report *to = &ret_sandbox->layers[i];

		to->state = from->state;
		to->error = from->error;
		to->why = camipc_layer_why_to_string(from->why);
		if (from->state != CAMIPC_LAYER_PENDING)
			continue;
		to->state = look_at_seal(sandbox, pid);
		if (to->state == CAMIPC_LAYER_PENDING)
			to->why = camipc_layer_why_to_string(
				sandbox->filters > 0 ? CAMIPC_LAYER_NO_INIT :
						       CAMIPC_LAYER_NO_PROC);
	}
}
