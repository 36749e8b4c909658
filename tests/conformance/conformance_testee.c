/* SPDX-License-Identifier: MIT */
/*
 * The program that protobuf's conformance suite drives over standard input and
 * output: it decodes each message with a codec and encodes it again.
 *
 * A frame is a little-endian u32 length and a message: a request, answered by
 * a response. Whatever a request holds, the answer is one of its results, and
 * the memory it takes is bounded.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"

#define HEADER_SIZE 4

/** The suite's largest requests have a few KiB. */
#define MAX_REQUEST CAMIPC_MAX_MESSAGE_SIZE_CEILING

static const char first_message[] = "conformance.FailureSet";
static const char tested_message[] =
	"protobuf_test_messages.proto3.TestAllTypesProto3";

struct testee {
	uint8_t *request;
	uint8_t *payload; /* the message, encoded again */
	uint8_t *response; /* a frame */
	struct camipc_arena request_arena;
};

/* ---- requests ------------------------------------------------------------ */

static void skip(struct conformance_response *response, const char *why)
{
	response->result.tag = CONFORMANCE_RESULT_SKIPPED;
	response->result.skipped = why;
}

static void answer(struct testee *testee,
		   const struct conformance_request *request,
		   struct conformance_response *response)
{
	if (strcmp(request->message_type, first_message) == 0)
		codec_give(response, NULL, 0);
	else if (strcmp(request->message_type, tested_message) != 0)
		skip(response, "another message");
	else if (request->payload.tag == CONFORMANCE_PAYLOAD_NONE)
		codec_fail(response, "no payload");
	else if (request->payload.tag != CONFORMANCE_PAYLOAD_PROTOBUF)
		skip(response, "another format of the payload");
	else if (request->requested_output_format !=
		 CONFORMANCE_WIRE_FORMAT_PROTOBUF)
		skip(response, "another format of the output");
	else
		codec_round_trip(request->payload.protobuf.items,
				 request->payload.protobuf.n_items, response,
				 &testee->payload);
}

/* ---- frames -------------------------------------------------------------- */

static void work(struct testee *testee, size_t size,
		 struct conformance_response *response)
{
	struct conformance_request request;
	struct camipc_reader r;
	const uint8_t *p;

	camipc_arena_reset(&testee->request_arena, 2 * (size_t)MAX_REQUEST);
	p = camipc_reader_init(&r, testee->request, size,
			       &testee->request_arena, NULL, 0);
	conformance_request_init(&request);
	conformance_request_get_fields(&r, p, r.end, &request);
	if (camipc_reader_finish(&r) < 0)
		codec_fail(response, "a request that cannot be read");
	else
		answer(testee, &request, response);
}

/* Returns how many of @n bytes came before the end, or -errno. */
static ssize_t read_all(uint8_t *bytes, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(STDIN_FILENO, bytes + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int write_all(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = write(STDOUT_FILENO, bytes, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Returns 0, -EPIPE if the input ends within it, or another errno. */
static int read_request(struct testee *testee, size_t size,
			struct conformance_response *response)
{
	while (size > MAX_REQUEST) {
		if (read_all(testee->request, MAX_REQUEST) != MAX_REQUEST)
			return -EPIPE;
		size -= MAX_REQUEST;
		codec_fail(response, "a request that is too large");
	}
	if (read_all(testee->request, size) != (ssize_t)size)
		return -EPIPE;
	if (response->result.tag == CONFORMANCE_RESULT_NONE)
		work(testee, size, response);
	return 0;
}

static int send_response(struct testee *testee,
			 const struct conformance_response *response)
{
	struct camipc_check check = { 0 };
	struct camipc_writer w;
	size_t room;
	size_t n = 0;

	conformance_response_check(&check, response);
	room = check.wire + CAMIPC_WRITE_ROOM;
	free(testee->response);
	testee->response = malloc(HEADER_SIZE + room);
	if (check.error || !testee->response)
		return check.error ? check.error : -ENOMEM;
	camipc_writer_init(&w, testee->response + HEADER_SIZE, room, NULL, 0);
	w.pos = conformance_response_put_fields(&w, w.pos, response);
	if (camipc_writer_finish(&w, &n) < 0)
		return -EMSGSIZE;
	camipc_write_fixed32(testee->response, (uint32_t)n);
	return write_all(testee->response, HEADER_SIZE + n);
}

/* Returns 1 for an answer, 0 at the end of the input, or a negative errno. */
static int serve(struct testee *testee)
{
	struct conformance_response response = { 0 };
	uint8_t header[HEADER_SIZE];
	ssize_t got = read_all(header, sizeof(header));
	size_t size;
	int ret;

	if (got <= 0)
		return (int)got;
	if (got != HEADER_SIZE)
		return -EPIPE;
	size = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 |
	       (size_t)header[3] << 24;
	ret = read_request(testee, size, &response);
	if (ret == 0)
		ret = send_response(testee, &response);
	return ret < 0 ? ret : 1;
}

int main(void)
{
	struct testee testee = { .request = malloc(MAX_REQUEST) };
	int ret = testee.request ? 1 : -ENOMEM;

	camipc_arena_init(&testee.request_arena, 0);
	while (ret > 0)
		ret = serve(&testee);
	if (ret < 0)
		fprintf(stderr, "conformance_testee: %s\n", strerror(-ret));
	camipc_arena_fini(&testee.request_arena);
	free(testee.request);
	free(testee.payload);
	free(testee.response);
	return ret < 0;
}
