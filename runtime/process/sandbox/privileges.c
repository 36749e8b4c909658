/* SPDX-License-Identifier: MIT */
/* The layer "privileges": no_new_privs, and no capabilities in any set. */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "layer.h"

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

static struct __user_cap_header_struct header = {
	.version = _LINUX_CAPABILITY_VERSION_3,
};

/*
 * What the process cannot hold now, no program that it runs could gain. That
 * takes CAP_SETPCAP; without it no_new_privs alone holds.
 */
static void drop_bounds(void)
{
	unsigned int i = 0;

	/* Up to the first one that the kernel does not have. */
	while (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0)
		i++;
}

static struct camipc_layer_result
enter_privileges(const struct camipc_sandbox_request *request)
{
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	(void)request;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return camipc_layer_failed(errno);
	drop_bounds();
	/* An old kernel has none of these. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
	    errno != EINVAL)
		return camipc_layer_failed(errno);
	if (syscall(SYS_capset, &header, none) < 0)
		return camipc_layer_failed(errno);
	return camipc_layer_reached();
}

static bool probe_privileges(const struct camipc_sandbox_request *request)
{
	/* Of the two halves, valgrind 3.19 knows that one is written. */
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	(void)request;
	if (syscall(SYS_capget, &header, data) < 0 ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return false;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		if (data[i].effective || data[i].permitted ||
		    data[i].inheritable)
			return false;
	}
	/* It takes a capability, and would change nothing that is left. Service
	 * managers let everybody make this call; for others, such as chroot(),
	 * their filters may kill. */
	return prctl(PR_CAPBSET_DROP, CAP_SETPCAP, 0, 0, 0) < 0;
}

const struct camipc_layer camipc_layer_privileges = {
	.layer = CAMIPC_SANDBOX_PRIVILEGES,
	.fits_tools = true,
	.enter = enter_privileges,
	.probe = probe_privileges,
};
