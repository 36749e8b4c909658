/* SPDX-License-Identifier: MIT */
/* Finds IPA modules, and decides whether a thread or a process runs each. */
#ifndef CAMIPC_MANAGER_H
#define CAMIPC_MANAGER_H

#include <camipc/base.h>
#include <camipc/module_info.h>
#include <camipc/sandbox.h>
#include <camipc/scheduling.h>

CAMIPC_BEGIN_DECLS

struct camipc_manager;

/** How messages travel between this process and a worker. */
enum camipc_transport {
	/** As the manager's options say; there, CAMIPC_TRANSPORT_SHM. */
	CAMIPC_TRANSPORT_DEFAULT = 0,
	/** Over a socket. */
	CAMIPC_TRANSPORT_SOCKET,
	/** Through shared memory, which takes half the time. Where this system refuses
	 *  it, one line in the log says so, and a socket is used. */
	CAMIPC_TRANSPORT_SHM,
};

/** How many transports there are, the default included. */
#define CAMIPC_N_TRANSPORTS (CAMIPC_TRANSPORT_SHM + 1)

/**
 * Returns the name of @transport: "default", "socket" or "shm"; NULL for an
 * unknown one. A constant. Thread word: safe.
 */
CAMIPC_API const char *
camipc_transport_to_name(enum camipc_transport transport);

/**
 * Returns the transport with this name, or -EINVAL. Thread word: safe.
 */
CAMIPC_API int camipc_transport_from_name(const char *name) CAMIPC_MUST_CHECK;

/** Zero the struct, set @size, then set what differs from the defaults. */
struct camipc_manager_options {
	uint32_t size; /* sizeof this struct; it grows at the end */

	/** Folders searched for modules first, in order. Those of the variable
	 *  CAMIPC_IPA_MODULE_PATH (absolute, with colons between) and the
	 *  install folder come after them. Ends with NULL. Relative paths are
	 *  resolved at creation. */
	const char *const *module_paths;

	/** Worker programs (files), tried before the install folder and
	 *  CAMIPC_IPA_PROXY_PATH, in order. Ends with NULL. */
	const char *const *worker_paths;

	/** Files and folders whose modules are trusted: they may run in a
	 *  thread of this process. Ends with NULL. A module counts as trusted
	 *  only while nobody but root and the user of this process can change
	 *  its file or the path to it. */
	const char *const *trusted_paths;

	/** Runs trusted modules in a process, too. */
	bool isolate_all;

	/** Ignores the install folders of modules and worker, and the system's
	 *  and the user's keys and policies; for tests. */
	bool no_install_paths;

	/** Variables of the environment that workers get besides LANG, LC_ALL
	 *  and TZ: "NAME" hands on this process's value when a worker starts,
	 *  "NAME=value" sets one. Ends with NULL. A module in a thread sees
	 *  this process's environment instead. LD_* except LD_LIBRARY_PATH,
	 *  GLIBC_TUNABLES and GCONV_PATH are refused with -EINVAL. */
	const char *const *worker_environment;

	/** Whether workers run in the sandbox, an enum camipc_sandbox_mode. A
	 *  policy may want a stricter mode, and root's decides if this is 0. If
	 *  it is CAMIPC_SANDBOX_REQUIRED, a proxy whose worker lacks a layer is
	 *  not created: the log names the layer, and the error is its errno.
	 *  It holds for workers only; isolate_all keeps modules out of this
	 *  process. */
	uint32_t sandbox;

	/** Files and folders that a module in the sandbox may read if its
	 *  manifest asks for them, or for something in them. Ends with NULL. */
	const char *const *sandbox_paths;

	/** Devices, or folders of devices, that a module in the sandbox may
	 *  open if its manifest asks for them, with the ioctls that it lists.
	 *  "/dev/dri" grants the GPU, too. Ends with NULL. */
	const char *const *sandbox_devices;

	/** Public keys that make the modules that they signed trusted: each is
	 *  the second line of a NAME.pub that `camipc keygen` made, "ed25519"
	 *  and 64 hex digits. Ends with NULL. Keys that were built in, and those
	 *  of the folder for keys, count as well. */
	const char *const *trusted_keys;

	/** SHA-256 hashes of trusted modules, in hex: of the file, as sha256sum
	 *  prints it, or of its loadable content, as `camipc modules` prints
	 *  it, which `strip` does not change. Ends with NULL. */
	const char *const *trusted_hashes;

	/** The folder for keys: each *.pub in it has a trusted key, each
	 *  *.revoked one that is trusted no more, even if it is listed. NULL: that
	 *  of the system (/etc/camipc/keys.d, or as it was configured), which
	 *  no_install_paths ignores. Only root, or for a folder that is named
	 *  here the user of this process, may be able to change it. */
	const char *keys_folder;

	/** The folder of policy files (camipc-policy(5)), *.yaml, which apply in
	 *  the order of their names. NULL: that of the system
	 *  (/etc/camipc/policy.d, or as it was configured), which
	 *  no_install_paths ignores. It is checked like keys_folder. */
	const char *policy_folder;

	/** The user's policy file, which can only make stricter what the
	 *  folder's say. NULL: camipc/policy.yaml in $XDG_CONFIG_HOME, or in
	 *  ~/.config; no_install_paths ignores that one. A file that is named
	 *  here must exist. */
	const char *user_policy;

	/** Puts workers into namespaces of their own, too: one more layer, which
	 *  costs half a millisecond at each start, and which many systems refuse
	 *  to unprivileged users. */
	bool sandbox_namespaces;

	/** How messages travel to workers, an enum camipc_transport. */
	uint32_t transport;
};

/**
 * camipc_manager_create() - make a manager
 * @options: NULL for the defaults; copied
 * @ret_manager: for camipc_manager_destroy()
 *
 * Searches for no module yet: a folder that does not exist is no error. The
 * install folders are those beside libcamipc.so, wherever it was moved, or else
 * those that were configured. Both variables are ignored in set-user-ID
 * programs.
 *
 * Returns 0; -EINVAL (@options without a size, an empty path, a variable that
 * workers may not get, an unknown sandbox mode or transport, or a wrong key or
 * hash); -E2BIG
 * (members that this version does not know, or too many keys); -EPERM (others can
 * change the folder for keys or policies); -ENOSYS (there are keys or hashes, and
 * this build cannot check signatures; or policies, and it cannot read YAML); another
 * error of opening and reading keys and policies; or -ENOMEM. A policy file, or a
 * variable, with a mistake is -EINVAL, too. The log names the option, or file, line
 * and key. Thread word: safe, as all functions of a manager.
 */
CAMIPC_API int
camipc_manager_create(const struct camipc_manager_options *options,
		      struct camipc_manager **ret_manager) CAMIPC_MUST_CHECK;

/**
 * Destroys a manager; its proxies must have been destroyed before. Accepts
 * NULL. Thread word: safe.
 */
CAMIPC_API void camipc_manager_destroy(struct camipc_manager *manager);

/**
 * Limits what a proxy takes of this process on behalf of its IPA. Zero the
 * struct, set @size, then set what differs; 0 stands for the constant named.
 */
struct camipc_budget {
	uint32_t size; /* sizeof this struct; it grows at the end */

	/**
	 * Bytes (CAMIPC_KEPT_BYTES): a message may arrive while fewer are kept
	 * for dispatch. An IPA that sends more than credit for so many bytes
	 * has broken the protocol; the credit makes an honest one wait. The
	 * same number bounds the messages of either side that wait for credit.
	 * At most CAMIPC_MAX_KEPT_BYTES.
	 */
	uint32_t kept_bytes;

	/** Bytes (CAMIPC_SPARE_BYTES) of memory kept for later messages. */
	uint32_t spare_bytes;

	/**
	 * After so many messages (CAMIPC_DISPATCH_BATCH), bytes of their bodies
	 * (CAMIPC_DISPATCH_BYTES) or milliseconds (CAMIPC_DISPATCH_MS), one
	 * dispatch returns and leaves the rest to the next one.
	 */
	uint32_t dispatch_messages;
	uint32_t dispatch_bytes;
	uint32_t dispatch_ms;

	/**
	 * Largest body of a message in bytes, in either direction, with every
	 * isolation; 0: as the interface says ([max_message] of the IDL, or
	 * CAMIPC_MAX_MESSAGE_SIZE). From CAMIPC_MIN_MESSAGE_SIZE to
	 * CAMIPC_MAX_MESSAGE_SIZE_CEILING, else the creation of the proxy
	 * fails with -EINVAL. A larger message fails with -EMSGSIZE at its
	 * sender, with a line in the log.
	 */
	uint32_t max_message_size;
};

/**
 * Selects the module for a proxy. Zero the struct, then set what matters; its
 * strings are borrowed for the call.
 */
struct camipc_match {
	/** Name of the module ("softisp"). NULL accepts any module that serves
	 *  the interface; the first one found is used. */
	const char *module;

	/** Absolute path of the module, instead of a search; @module must
	 *  still match. */
	const char *path;

	/** Accepted versions of the module, both included. A max of 0 means
	 *  no upper limit. */
	uint32_t min_version;
	uint32_t max_version;

	/** Name of the proxy factory: "thread", "process" or "loopback". NULL
	 *  lets the manager decide. "thread" and "loopback" run the module in
	 *  this process, and thus trust it: name them for your own only. The
	 *  file that was found is then loaded even if others can change its
	 *  path, as a copy: libraries beside it are not found. */
	const char *isolation;

	/** Deadline of every call, in milliseconds; 0: as the IDL says. */
	uint32_t timeout_ms;

	/** As in struct camipc_manager_options, which holds if this is 0. */
	uint32_t sandbox;

	/** As in struct camipc_manager_options, which holds if this is 0. It has
	 *  no meaning for modules that run in this process. */
	uint32_t transport;

	/** Microseconds for which either side looks for the next message before
	 *  it sleeps, at most CAMIPC_MAX_SPIN_US; 0: none. Between processors
	 *  that are awake an answer takes a fraction of a microsecond instead of
	 *  several, at the cost of processor time. A side that has looked in
	 *  vain sleeps at once the next times. Over a socket it has no effect. */
	uint32_t spin_us;

	/** Passed to the module as camipc_host.argument; NULL is the same as
	 *  "". With more than CAMIPC_MAX_ARGUMENT_SIZE bytes, or if the
	 *  module takes no argument (see CAMIPC_MODULE_MANIFEST), the creation
	 *  of the proxy fails with -EINVAL. Log lines call the module NAME.LAST
	 *  then, where LAST is the argument's part after the last '/'. */
	const char *argument;

	/** Copied; NULL: the defaults. The creation of the proxy fails with
	 *  -EINVAL if it has no size, or too many bytes. */
	const struct camipc_budget *budget;

	/** How the IPA's thread or worker is scheduled; copied. NULL: as usual.
	 *  The creation of the proxy fails with -EINVAL for values that have no
	 *  meaning, and with -EPERM if this process may not do that. */
	const struct camipc_scheduling *scheduling;

	const void *spare_pointers[3]; /* NULL */
};
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_match) ==
			     6 * sizeof(uint32_t) + 9 * sizeof(void *),
		     "a new member of a match takes a spare one's place");

/** Why a module is trusted, and thus may run in the camera process. */
enum camipc_trust_source {
	CAMIPC_TRUST_NONE,
	CAMIPC_TRUST_PATH, /* only root, or this user, can change its file */
	CAMIPC_TRUST_HASH, /* its hash is on a list */
	CAMIPC_TRUST_SIGNATURE, /* of a key that is known and not revoked */
	CAMIPC_TRUST_HOST, /* the pipeline requested a backend in this process */
};

/** A module that the manager found. It was read, not loaded. */
struct camipc_module_found {
	char path[4096];
	struct camipc_module_info info;
	bool trusted;
	const char *isolation; /* the choice for a match without one */
	char why[192]; /* one line: the reason for that choice */
	bool takes_argument; /* camipc_match.argument may be set */
	enum camipc_trust_source trust;
	/** In hex: the first known key that signed it, and the SHA-256 of its
	 *  loadable content. "" if nobody signed it, or nobody asked. */
	char key_id[33];
	char content_hash[65];
	/** The sandbox of its worker: as this manager and policies say. */
	enum camipc_sandbox_mode sandbox;
	/** What its manifest asks for, in one line that may be cut, and which
	 *  manifest that is; "none" without one. Only set for the visitor of
	 *  camipc_manager_list(). */
	char needs[512];
};

/**
 * camipc_manager_list() - call a function for each module found
 * @visit: called in the order of the search, in the caller's thread; @module
 *         is valid for the call. A return value other than 0 ends the search;
 *         an exception leaks what the search has opened
 * @user: for @visit
 *
 * Files that are no modules are skipped, with one warning in the log.
 *
 * Returns 0, -ENOMEM, -EMFILE, or the value with which @visit ended the search.
 * Thread word: safe.
 */
CAMIPC_API int
camipc_manager_list(struct camipc_manager *manager,
		    int (*visit)(void *user,
				 const struct camipc_module_found *module),
		    void *user);

/**
 * camipc_manager_find_worker() - the worker program that "process" starts
 * @path: gets its path, for messages; with -ENOENT and -EACCES, the places that
 *        were searched
 * @size: of @path, in bytes
 *
 * Returns 0; -ENOENT (there is none); -EACCES (there is one, but it cannot be
 * executed); -ENAMETOOLONG (@size is too small); -EMFILE; or -ENOMEM. Thread
 * word: safe.
 */
CAMIPC_API int camipc_manager_find_worker(struct camipc_manager *manager,
					  char *path,
					  size_t size) CAMIPC_MUST_CHECK;

/**
 * Fills in the names of at most @max proxy factories, and returns how many
 * there are. Thread word: safe.
 */
CAMIPC_API size_t camipc_proxy_factory_list(const char **names, size_t max);

CAMIPC_END_DECLS

#endif /* CAMIPC_MANAGER_H */
