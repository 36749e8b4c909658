/* SPDX-License-Identifier: MIT */
/* Names of transports, for options and files. */
#include <errno.h>
#include <string.h>

#include <camipc/manager.h>

static const char *const names[] = {
	[CAMIPC_TRANSPORT_DEFAULT] = "default",
	[CAMIPC_TRANSPORT_SOCKET] = "socket",
	[CAMIPC_TRANSPORT_SHM] = "shm",
};
CAMIPC_STATIC_ASSERT(sizeof(names) / sizeof(names[0]) == CAMIPC_N_TRANSPORTS,
		     "every transport has a name");

const char *camipc_transport_to_name(enum camipc_transport transport)
{
	return (unsigned int)transport < CAMIPC_N_TRANSPORTS ?
		       names[transport] :
		       NULL;
}

int camipc_transport_from_name(const char *name)
{
	for (int i = 0; i < CAMIPC_N_TRANSPORTS; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -EINVAL;
}
