/* SPDX-License-Identifier: MIT */
/*
 * The lies that are more than another value of a field, one row each:
 *
 *	LIE(name, threat, at, nth, required)
 *
 * The worker tells the lie when it would send the @nth message of the kind @at.
 * lie_acts.c has a function act_NAME() for each.
 */

/* Before the module is loaded. */
LIE(silent_hello, 37, HELLO, 1, LIE_MUST_END)
LIE(exit_instead_of_hello, 42, HELLO, 1, LIE_MUST_END)
LIE(abort_instead_of_hello, 41, HELLO, 1, LIE_MUST_END)
LIE(close_instead_of_hello, 42, HELLO, 1, LIE_MUST_END)
LIE(run_something_else, 46, HELLO, 1, LIE_MUST_END)
LIE(wrong_nonce, 52, HELLO, 1, LIE_MUST_END)
LIE(no_layers_reached, 46, HELLO, 1, LIE_MUST_END | LIE_MUST_PASS)
LIE(event_before_hello, 26, HELLO, 1, LIE_MUST_END)
LIE(reply_before_hello, 26, HELLO, 1, LIE_MUST_END)
LIE(call_before_hello, 26, HELLO, 1, LIE_MUST_END)
LIE(loaded_before_hello, 26, HELLO, 1, LIE_MUST_END)
LIE(large_hello, 1, HELLO, 1, LIE_MUST_END)
LIE(hello_twice, 26, HELLO, 1, LIE_MUST_END)
LIE(log_flood_before_hello, 50, HELLO, 1, LIE_MUST_END)
LIE(escapes_before_hello, 50, HELLO, 1, LIE_MUST_PASS)

/* When the module was loaded. */
LIE(silent_loaded, 37, LOADED, 1, LIE_MUST_END)
LIE(exit_instead_of_loaded, 42, LOADED, 1, LIE_MUST_END)
LIE(segv_instead_of_loaded, 41, LOADED, 1, LIE_MUST_END)
LIE(stop_instead_of_loaded, 40, LOADED, 1, LIE_MUST_END)
LIE(bye_instead_of_loaded, 42, LOADED, 1, LIE_MUST_END)
LIE(loaded_with_error_of_host, 54, LOADED, 1, LIE_MUST_END)
LIE(loaded_with_positive_error, 54, LOADED, 1, LIE_MUST_END)
LIE(loaded_with_low_error, 54, LOADED, 1, LIE_MUST_END)
LIE(loaded_with_escapes, 50, LOADED, 1, LIE_MUST_END)
LIE(other_fingerprint, 52, LOADED, 1, LIE_MUST_END)
LIE(no_methods, 54, LOADED, 1, LIE_MUST_END)
LIE(more_methods, 54, LOADED, 1, LIE_MUST_END)
LIE(methods_backwards, 54, LOADED, 1, LIE_MUST_END)
LIE(too_many_methods, 54, LOADED, 1, LIE_MUST_END)
LIE(half_a_range, 54, LOADED, 1, LIE_MUST_END)
LIE(loaded_twice, 26, LOADED, 1, LIE_MUST_END)

/* In the answer to init, start, a call, and stop. */
#define LIE_IN_EACH_REPLY(row)      \
	row(init, 1)                \
	row(start, 2)               \
	row(call, 3)                \
	row(stop, 7)

#define LIE_IN_REPLY(when, nth)                                     \
	LIE(forged_reply_in_##when, 20, REPLY, nth, LIE_MUST_END)   \
	LIE(reply_twice_in_##when, 21, REPLY, nth, LIE_MUST_END)    \
	LIE(other_method_in_##when, 22, REPLY, nth, LIE_MUST_END)   \
	LIE(call_in_##when, 26, REPLY, nth, LIE_MUST_END)           \
	LIE(hello_in_##when, 26, REPLY, nth, LIE_MUST_END)          \
	LIE(loaded_in_##when, 26, REPLY, nth, LIE_MUST_END)         \
	LIE(trace_in_##when, 26, REPLY, nth, LIE_MUST_END)          \
	LIE(unknown_event_in_##when, 24, REPLY, nth, LIE_MUST_END)  \
	LIE(events_in_##when, 25, REPLY, nth, LIE_MUST_END | LIE_MUST_PASS) \
	LIE(event_flood_in_##when, 27, REPLY, nth, LIE_MUST_END)    \
	LIE(credit_flood_in_##when, 27, REPLY, nth, LIE_MUST_END)   \
	LIE(too_much_credit_in_##when, 27, REPLY, nth, LIE_MUST_END) \
	LIE(short_datagram_in_##when, 2, REPLY, nth, LIE_MUST_END)  \
	LIE(empty_datagram_in_##when, 2, REPLY, nth, LIE_MUST_END)  \
	LIE(silent_in_##when, 37, REPLY, nth, LIE_MUST_END | LIE_MUST_FAIL) \
	LIE(stop_in_##when, 40, REPLY, nth, LIE_MUST_END | LIE_MUST_FAIL) \
	LIE(exit_in_##when, 42, REPLY, nth, LIE_MUST_END)           \
	LIE(segv_in_##when, 41, REPLY, nth, LIE_MUST_END)           \
	LIE(close_in_##when, 42, REPLY, nth, LIE_MUST_END)          \
	LIE(bye_in_##when, 42, REPLY, nth, LIE_MUST_END)            \
	LIE(error_reply_in_##when, 54, REPLY, nth, LIE_MUST_FAIL)   \
	LIE(error_of_host_in_##when, 54, REPLY, nth, LIE_MUST_END)  \
	LIE(one_descriptor_in_##when, 28, REPLY, nth, LIE_MUST_END) \
	LIE(many_descriptors_in_##when, 29, REPLY, nth, LIE_MUST_END)
LIE_IN_EACH_REPLY(LIE_IN_REPLY)
#undef LIE_IN_REPLY
#undef LIE_IN_EACH_REPLY

/* In any state; once is enough. */
LIE(late_reply, 23, REPLY, 3, LIE_MUST_FAIL)
LIE(log_flood, 50, REPLY, 3, LIE_MUST_END | LIE_MUST_FAIL)
LIE(stderr_flood, 50, REPLY, 3, LIE_MUST_END | LIE_MUST_FAIL)
LIE(log_with_escapes, 50, REPLY, 3, LIE_MUST_PASS)
LIE(log_of_no_level, 50, REPLY, 3, LIE_MUST_END | LIE_MUST_PASS)
LIE(long_log, 50, REPLY, 3, LIE_MUST_END | LIE_MUST_PASS)
LIE(false_crash, 6, REPLY, 3, LIE_MUST_PASS)
LIE(impossible_crash, 6, REPLY, 3, LIE_MUST_END)
LIE(spilled_without_file, 28, REPLY, 3, LIE_MUST_END)
LIE(spilled_pipe, 35, REPLY, 3, LIE_MUST_END)
LIE(spilled_channel, 30, REPLY, 3, LIE_MUST_END)
LIE(spilled_unsealed, 33, REPLY, 3, LIE_MUST_END)
LIE(spilled_writable, 34, REPLY, 3, LIE_MUST_END)
LIE(spilled_short, 33, REPLY, 3, LIE_MUST_END)
LIE(spilled_long, 35, REPLY, 3, LIE_MUST_END)
LIE(spilled_huge, 1, REPLY, 3, LIE_MUST_END)

/* In TRACE messages, of a camera that is recorded and asks for them. */
LIE(asked_spans_that_lie, 26, REPLY, 3, LIE_MUST_PASS)
LIE(asked_span_of_no_method, 26, REPLY, 3, LIE_MUST_END)
LIE(asked_span_backwards, 26, REPLY, 3, LIE_MUST_END)
LIE(asked_half_a_span, 26, REPLY, 3, LIE_MUST_END)
LIE(asked_no_span, 26, REPLY, 3, LIE_MUST_END)
LIE(asked_too_many_spans, 26, REPLY, 3, LIE_MUST_END)
LIE(asked_span_flood, 27, REPLY, 3, LIE_MUST_END | LIE_MUST_FAIL)

/* In the answer that carries a file in memory. */
LIE(file_is_pipe, 30, REPLY, 4, LIE_MUST_END)
LIE(file_is_event, 30, REPLY, 4, LIE_MUST_END)
LIE(file_is_poll, 30, REPLY, 4, LIE_MUST_END)
LIE(file_is_channel, 30, REPLY, 4, LIE_MUST_END)
LIE(file_is_folder, 30, REPLY, 4, LIE_MUST_END)
LIE(file_is_path, 30, REPLY, 4, LIE_MUST_END)
LIE(file_is_missing, 28, REPLY, 4, LIE_MUST_END)
LIE(file_is_twice_there, 31, REPLY, 4, LIE_MUST_END | LIE_MUST_PASS)

/* Through shared memory: these rows come last. */
LIE(ring_head_far, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_head_back, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_head_not_aligned, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_head_without_record, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_tail_far, 36, REPLY, 3, LIE_BAD_RING | LIE_MUST_PASS)
LIE(ring_tail_back, 36, REPLY, 3, LIE_BAD_RING | LIE_MUST_PASS)
LIE(ring_record_empty, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_record_long, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_record_torn, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_record_again, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_record_missing, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_mark_without_datagram, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_datagrams_without_mark, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_bells, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_closed, 36, REPLY, 3, LIE_MUST_END)
LIE(ring_removed, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_garbage, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_wakes_without_end, 36, REPLY, 3, LIE_BAD_RING)
LIE(ring_never_wakes, 36, REPLY, 3, LIE_MUST_PASS)
LIE(ring_word_scribbled, 36, REPLY, 3, LIE_MUST_PASS)
LIE(ring_dies_out_of_list, 41, REPLY, 3, LIE_MUST_END)
LIE(ring_sleeper_requeued, 36, REPLY, 3, LIE_MUST_PASS)
LIE(ring_word_locked, 36, REPLY, 3, LIE_MUST_PASS)
LIE(ring_wants_room_without_end, 36, REPLY, 3, LIE_MUST_PASS)
