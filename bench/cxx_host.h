/* SPDX-License-Identifier: MIT */
/* A pipeline handler in C++, as the table of cases in C calls it. */
#ifndef CAMIPC_BENCH_CXX_HOST_H
#define CAMIPC_BENCH_CXX_HOST_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cam_control_list;
struct camipc_manager;
struct camipc_match;
struct cxx_host;

/** Starts the IPA. @controls is for the frames, borrowed. @waits: in
 *  dispatch_wait() instead of poll(). Ends the program on failure. */
struct cxx_host *cxx_host_open(struct camipc_manager *manager,
			       const struct camipc_match *match,
			       const struct cam_control_list *controls,
			       bool waits);
void cxx_host_close(struct cxx_host *host);

/* Returns the process id of the worker, or 0 if the IPA runs in a thread. */
int cxx_host_pid(const struct cxx_host *host);

/* Measured operations, @n of each: a call; an event; a frame, with controls as
 * a view of the struct of C, and as a value. */
void cxx_host_call(void *host, uint32_t n);
void cxx_host_event(void *host, uint32_t n);
void cxx_host_frame(void *host, uint32_t n);
void cxx_host_frame_values(void *host, uint32_t n);

#ifdef __cplusplus
}
#endif

#endif /* CAMIPC_BENCH_CXX_HOST_H */
