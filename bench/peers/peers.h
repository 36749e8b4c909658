/* SPDX-License-Identifier: MIT */
/* Codecs of other libraries for the same messages; only with -Dbench_peers. */
#ifndef CAMIPC_BENCH_PEERS_H
#define CAMIPC_BENCH_PEERS_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** A library's codec for one kind of message. */
struct codec_peer {
	/** Converts our @msg to the library's form and serialises it. Returns
	 *  the size in bytes. */
	size_t (*encode)(const void *msg, uint8_t *buffer, size_t size);

	/** Parses a message. Returns the same sum as codec_kind.walk(). */
	uint64_t (*decode)(const uint8_t *bytes, size_t size);

	/** The encoding is protobuf's: both sides can read each other's. */
	bool same_wire;
};

/** Indices of the tables below. Each table has an entry for each of them. */
enum codec_peer_kind {
	CODEC_PEER_SENSOR_INFO,
	CODEC_PEER_CONTROL_LIST,
	CODEC_PEER_PREPARE_PARAMS,
	CODEC_PEER_INFO_MAP,
	CODEC_PEER_BUFFERS,
	CODEC_PEER_FLOAT_TABLE,
	CODEC_PEER_CONFIGURATION,
	CODEC_PEER_N_KINDS
};

/* From ../codec_messages.c. */
uint64_t codec_sum_text(const char *text, size_t len);
uint64_t codec_sum_integers(const int32_t *items, size_t n);
uint64_t codec_sum_floats(const float *items, size_t n);

extern const struct codec_peer codec_protobuf_cpp[CODEC_PEER_N_KINDS];
extern const struct codec_peer codec_capnp[CODEC_PEER_N_KINDS];
extern const struct codec_peer codec_nanopb[CODEC_PEER_N_KINDS];

CAMIPC_END_DECLS

#endif /* CAMIPC_BENCH_PEERS_H */
