/* SPDX-License-Identifier: MIT */
/* Loads libc's unwinder before the seal, which libc loads when it needs it. */
#ifndef CAMIPC_SANDBOX_UNWINDER_H
#define CAMIPC_SANDBOX_UNWINDER_H

/**
 * camipc_unwinder_load() - load libgcc_s, if the module may need it
 *
 * libc loads this library when a thread is to end early (pthread_exit(),
 * pthread_cancel()) or calls backtrace(), and aborts if it cannot. That takes 0.15
 * ms; it is done only where a loaded file imports such a function, or dlsym().
 * Thread word: bound.
 */
void camipc_unwinder_load(void);

#endif /* CAMIPC_SANDBOX_UNWINDER_H */
