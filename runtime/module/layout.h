/* SPDX-License-Identifier: MIT */
/* The memory layout of an interface's structs, as one number. */
#ifndef CAMIPC_MODULE_LAYOUT_H
#define CAMIPC_MODULE_LAYOUT_H

#include <camipc/interface.h>

/** Structs are never exchanged by pointer: an external type translates. */
#define CAMIPC_LAYOUT_NONE 0

/**
 * camipc_layout_fold() - fold the layout of all structs of an interface
 * @interface: a descriptor whose type tables are complete
 * @ret_layout: the folded number, or CAMIPC_LAYOUT_NONE
 *
 * Two builds of one interface with equal numbers may exchange structs by
 * pointer. The number changes with the codegen revision, with the size of any
 * struct, union or enum that a method or an event can carry, and with the
 * name, kind, shape, offset, count or element type of any of its fields. It
 * is comparable within one process only: it holds the compiler's own sizes.
 *
 * Types may contain themselves through arrays and pointers: each type is
 * visited once, without recursion. The time is linear in the size of the
 * tables: 10 to 20 µs for the interfaces in idl/.
 *
 * Returns 0; -EINVAL (a message without a type table, a field without the
 * type that its kind needs, an external type without functions); or -ENOMEM.
 * Thread word: reentrant.
 */
int camipc_layout_fold(const struct camipc_interface *interface,
		       uint64_t *ret_layout) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MODULE_LAYOUT_H */
