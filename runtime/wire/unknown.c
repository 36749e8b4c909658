/* SPDX-License-Identifier: MIT */
/* Unknown fields of structs that keep them: [keep_unknown]. */
#include "reader-internal.h"

#include <camipc/check.h>

const uint8_t *camipc_keep(struct camipc_reader *r, const uint8_t *start,
			   const uint8_t *end, const uint8_t **kept, size_t *n,
			   size_t *room)
{
	uint8_t *copy;
	const uint8_t *p;
	uint32_t tag;
	size_t extra;

	p = camipc_get_tag(r, start, end, &tag);
	p = camipc_skip(r, p, end, tag);
	if (r->error)
		return p;
	extra = (size_t)(p - start);
	if (*n == 0) {
		*kept = start;
	} else if (*room > 0 || *kept + *n != start) {
		/* The kept fields are not adjacent: copy them to one place. */
		if (*room == 0)
			*room = *n;
		copy = camipc_extend_raw(r, *kept, *n, room, extra, 1);
		if (!copy)
			return r->end;
		memcpy(copy + *n, start, extra);
		*kept = copy;
	}
	*n += extra;
	return p;
}

uint8_t *camipc_put_kept(struct camipc_writer *w, uint8_t *p,
			 const uint8_t *kept, size_t n)
{
	if (n == 0 || !camipc_has_room(w, p))
		return p;
	if (n > (size_t)(w->end - p))
		return camipc_writer_fail(w);
	memcpy(p, kept, n);
	return p + n;
}

void camipc_check_kept(struct camipc_check *check, const uint8_t *kept,
		       size_t n, bool (*has_tag)(uint32_t tag),
		       const char *field)
{
	struct camipc_reader r;
	const uint8_t *p;
	uint32_t tag;

	camipc_check_wire(check, n);
	if (n > 0 && !kept) {
		camipc_check_fail(check, -EINVAL, field);
		return;
	}
	p = camipc_reader_init(&r, kept, n, NULL, NULL, 0);
	while (p < r.end) {
		p = camipc_get_tag(&r, p, r.end, &tag);
		if (has_tag && has_tag(tag))
			p = camipc_fail(&r, CAMIPC_FAULT_RANGE);
		else
			p = camipc_skip(&r, p, r.end, tag);
	}
	if (r.error)
		camipc_check_fail(check, -EINVAL, field);
}
