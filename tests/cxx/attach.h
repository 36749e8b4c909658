/* SPDX-License-Identifier: MIT */
/* A loop of one of the libraries for which camipc has a header. */
#ifndef CAMIPC_TEST_ATTACH_H
#define CAMIPC_TEST_ATTACH_H

#include <stdbool.h>

#include <camipc/proxy.h>

struct attach_loop;

/** Each attach_….c implements these with another library; they return 0 or a
 *  negative errno. */
int attach_open(struct attach_loop **ret_loop);
int attach_proxy(struct attach_loop *loop, struct camipc_proxy *proxy);
/** Ends the source; allowed in a callback. */
void attach_detach(struct attach_loop *loop);
/** Runs until attach_quit(), which a callback calls. */
void attach_run(struct attach_loop *loop);
void attach_quit(struct attach_loop *loop);
/** Whether the loop still watches the proxy. */
bool attach_is_watched(struct attach_loop *loop);
void attach_close(struct attach_loop *loop);

#endif /* CAMIPC_TEST_ATTACH_H */
