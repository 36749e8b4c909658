/* SPDX-License-Identifier: MIT */
/*
 * Records the messages between a program and its workers: linked into the
 * program with camipc_socket_channel_create() wrapped, it writes one file for
 * each worker. CAMIPC_TEST_RECORD is the path, to which "-1.capture" and so on
 * are appended. capture.h defines the format.
 */
#include "capture.h"
#include "socket_channel.h"

#define MAX_RECORDED 64

/* One channel, and where its messages go. */
struct recorded {
	const struct camipc_channel *channel;
	FILE *file;
};

static struct recorded table[MAX_RECORDED];
static const struct camipc_channel_ops *real;

static FILE *find_file(const struct camipc_channel *channel)
{
	for (size_t i = 0; i < MAX_RECORDED; i++) {
		if (table[i].channel == channel)
			return table[i].file;
	}
	return NULL;
}

static void record(const struct camipc_channel *channel, char direction,
		   struct camipc_message *message)
{
	struct camipc_header header = message->header;
	uint8_t bytes[CAMIPC_HEADER_SIZE];
	FILE *file = find_file(channel);

	if (!file)
		return;
	/* Of a body that went in a memfd the header here knows nothing. */
	camipc_header_encode(&header, bytes);
	FUZZ_REQUIRE(fputc(direction, file) == direction);
	FUZZ_REQUIRE(fwrite(bytes, sizeof(bytes), 1, file) == 1);
	if (header.body_size > 0)
		FUZZ_REQUIRE(fwrite(camipc_message_body(message),
				    header.body_size, 1, file) == 1);
}

static int send_recorded(const struct camipc_channel *channel,
			 struct camipc_message *message)
{
	int ret = real->send(channel, message);

	if (ret == 0)
		record(channel, CAPTURE_SENT, message);
	return ret;
}

static int receive_recorded(struct camipc_channel *channel,
			    struct camipc_message *message, bool wait,
			    enum camipc_reason *ret_reason)
{
	int ret = real->receive(channel, message, wait, ret_reason);

	if (ret == 0)
		record(channel, CAPTURE_RECEIVED, message);
	return ret;
}

static void destroy_recorded(struct camipc_channel *channel)
{
	for (size_t i = 0; i < MAX_RECORDED; i++) {
		if (table[i].channel != channel)
			continue;
		FUZZ_REQUIRE(fclose(table[i].file) == 0);
		table[i].channel = NULL;
	}
	real->destroy(channel);
}

static void begin(struct camipc_channel *channel)
{
	static struct camipc_channel_ops recording;
	static unsigned int n_files;
	const char *prefix = getenv("CAMIPC_TEST_RECORD");
	char path[1024];

	if (!prefix)
		return;
	for (size_t i = 0; i < MAX_RECORDED; i++) {
		if (table[i].channel)
			continue;
		snprintf(path, sizeof(path), "%s-%u.capture", prefix,
			 ++n_files);
		table[i].file = fopen(path, "wbe");
		FUZZ_REQUIRE(table[i].file);
		table[i].channel = channel;
		real = channel->ops;
		recording = *real;
		recording.send = send_recorded;
		recording.receive = receive_recorded;
		recording.destroy = destroy_recorded;
		channel->ops = &recording;
		return;
	}
}

int __real_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel);
int __wrap_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel);

int __wrap_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel)
{
	int ret = __real_camipc_socket_channel_create(fd, limits, ret_channel);

	if (ret == 0)
		begin(*ret_channel);
	return ret;
}
