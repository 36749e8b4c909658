/* SPDX-License-Identifier: MIT */
/*
 * The registries of proxy factories and of interfaces. Both are filled before
 * main(), in an unknown order; therefore the tables need no construction, and
 * nothing is logged before the first use.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <camipc/log.h>
#include <camipc/manager.h>
#include <camipc/proxy.h>

#include "ipa_link.h"
#include "struct_size.h"

#define REGISTRY_TOPIC "registry"

/* Dozens of proxy factories or interfaces are many. */
#define MAX_ENTRIES 64

/** A registration, or the failure of one. */
struct entry {
	const char *name;
	const void *object;
	int error; /* 0: registered */
	bool logged;
};

struct registry {
	const char *kind; /* of its entries, for log lines */
	size_t n_entries; /* ascending by name; link order must not matter */
	size_t n_failures;
	size_t n_lost; /* failures that found no room */
	struct entry entries[MAX_ENTRIES];
	struct entry failures[8];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct registry factories = { .kind = "proxy factory" };
static struct registry interfaces = { .kind = "interface" };

/** Finds the index of @name, or the one where it belongs. Needs the lock. */
static size_t find_index(const struct registry *registry, const char *name,
			 bool *ret_there)
{
	size_t i = 0;
	int order = 1;

	while (i < registry->n_entries) {
		order = strcmp(name, registry->entries[i].name);
		if (order <= 0)
			break;
		i++;
	}
	*ret_there = i < registry->n_entries && order == 0;
	return i;
}

static int insert_locked(struct registry *registry, const char *name,
			 const void *object)
{
	struct entry *entry;
	bool there;
	size_t i;

	i = find_index(registry, name, &there);
	if (there)
		return -EEXIST;
	if (registry->n_entries == MAX_ENTRIES)
		return -ENOSPC;
	entry = &registry->entries[i];
	memmove(entry + 1, entry,
		(registry->n_entries - i) * sizeof(registry->entries[0]));
	*entry = (struct entry){ .name = name, .object = object };
	registry->n_entries++;
	return 0;
}

static int insert(struct registry *registry, const char *name,
		  const void *object)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = insert_locked(registry, name, object);
	pthread_mutex_unlock(&lock);
	return ret;
}

/** Keeps a failure until it can be logged. */
static void keep_failure(struct registry *registry, const char *name,
			 int error)
{
	const size_t room = sizeof(registry->failures) /
			    sizeof(registry->failures[0]);

	pthread_mutex_lock(&lock);
	if (registry->n_failures < room)
		registry->failures[registry->n_failures++] =
			(struct entry){ .name = name, .error = error };
	else
		registry->n_lost++;
	pthread_mutex_unlock(&lock);
}

/** Gets the next entry that has not been logged; false if there is none. */
static bool take_unlogged(struct registry *registry, struct entry *ret_entry)
{
	bool found = false;

	pthread_mutex_lock(&lock);
	if (registry->n_failures > 0) {
		*ret_entry = registry->failures[--registry->n_failures];
		found = true;
	}
	for (size_t i = 0; i < registry->n_entries && !found; i++) {
		struct entry *entry = &registry->entries[i];

		if (entry->logged)
			continue;
		entry->logged = true;
		*ret_entry = *entry;
		found = true;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

static size_t take_lost(struct registry *registry)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = registry->n_lost;
	registry->n_lost = 0;
	pthread_mutex_unlock(&lock);
	return n;
}

/** Logs what happened since the last use; a log callback may register more. */
static void log_news(struct registry *registry)
{
	struct entry entry = { 0 };
	size_t n_lost;

	while (take_unlogged(registry, &entry)) {
		if (entry.error)
			camipc_log(CAMIPC_LOG_ERROR, REGISTRY_TOPIC,
				   "cannot register %s \"%s\": %s",
				   registry->kind, entry.name ? entry.name : "",
				   camipc_strerror(entry.error));
		else
			camipc_log(CAMIPC_LOG_DEBUG, REGISTRY_TOPIC,
				   "%s \"%s\" registered", registry->kind,
				   entry.name);
	}
	n_lost = take_lost(registry);
	if (n_lost > 0)
		camipc_log(CAMIPC_LOG_ERROR, REGISTRY_TOPIC,
			   "cannot register a %s: %zu more failures",
			   registry->kind, n_lost);
}

static const void *find(struct registry *registry, const char *name)
{
	const void *object = NULL;
	bool there;
	size_t i;

	log_news(registry);
	if (!name)
		return NULL;
	pthread_mutex_lock(&lock);
	i = find_index(registry, name, &there);
	if (there)
		object = registry->entries[i].object;
	pthread_mutex_unlock(&lock);
	return object;
}

/** Removes the entry of @name, unless it is of another object. */
static void remove_entry(struct registry *registry, const char *name,
		     const void *object)
{
	struct entry *entry;
	bool there;
	size_t i;

	pthread_mutex_lock(&lock);
	i = find_index(registry, name, &there);
	entry = &registry->entries[i];
	if (there && entry->object == object) {
		registry->n_entries--;
		memmove(entry, entry + 1,
			(registry->n_entries - i) * sizeof(*entry));
	}
	pthread_mutex_unlock(&lock);
}

static const struct camipc_struct_rule factory_rule = CAMIPC_STRUCT_RULE(
	"camipc_proxy_factory_register", struct camipc_proxy_factory,
	runs_here);
static const struct camipc_struct_rule interface_rule = CAMIPC_STRUCT_RULE(
	"camipc_interface_register", struct camipc_interface, n_events);

static int insert_factory(const struct camipc_proxy_factory *factory)
{
	if (!factory || factory->size < sizeof(*factory) || !factory->name ||
	    !factory->name[0] || !factory->create)
		return -EINVAL;
	return insert(&factories, factory->name, factory);
}

int camipc_proxy_factory_register(const struct camipc_proxy_factory *factory)
{
	int ret = factory ? camipc_struct_check(&factory_rule, factory) : 0;

	if (ret == 0)
		ret = insert_factory(factory);
	if (ret < 0)
		keep_failure(&factories, factory ? factory->name : NULL, ret);
	log_news(&factories);
	return ret;
}

void camipc_proxy_factory_register_early(
	const struct camipc_proxy_factory *factory)
{
	int ret = insert_factory(factory);

	if (ret < 0)
		keep_failure(&factories, factory ? factory->name : NULL, ret);
}

const struct camipc_proxy_factory *camipc_proxy_factory_find(const char *name)
{
	return find(&factories, name);
}

size_t camipc_proxy_factory_list(const char **names, size_t max)
{
	size_t n;

	log_news(&factories);
	pthread_mutex_lock(&lock);
	n = factories.n_entries;
	for (size_t i = 0; i < n && i < max; i++)
		names[i] = factories.entries[i].name;
	pthread_mutex_unlock(&lock);
	return n;
}

static int insert_interface(const struct camipc_interface *interface)
{
	if (!interface || interface->size < sizeof(*interface) ||
	    !interface->name || !interface->name[0])
		return -EINVAL;
	return insert(&interfaces, interface->name, interface);
}

int camipc_interface_register(const struct camipc_interface *interface)
{
	int ret = interface ? camipc_struct_check(&interface_rule, interface)
			    : 0;

	if (ret == 0)
		ret = insert_interface(interface);
	if (ret < 0)
		keep_failure(&interfaces, interface ? interface->name : NULL,
			     ret);
	log_news(&interfaces);
	return ret;
}

void camipc_interface_register_early(const struct camipc_interface *interface)
{
	int ret = insert_interface(interface);

	if (ret < 0)
		keep_failure(&interfaces, interface ? interface->name : NULL,
			     ret);
}

void camipc_interface_unregister(const struct camipc_interface *interface)
{
	remove_entry(&interfaces, interface->name, interface);
}

const struct camipc_interface *camipc_interface_find(const char *name)
{
	return find(&interfaces, name);
}

size_t camipc_interface_list(const struct camipc_interface **found, size_t max)
{
	size_t n;

	log_news(&interfaces);
	pthread_mutex_lock(&lock);
	n = interfaces.n_entries;
	for (size_t i = 0; i < n && i < max; i++)
		found[i] = interfaces.entries[i].object;
	pthread_mutex_unlock(&lock);
	return n;
}
