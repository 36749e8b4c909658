/* SPDX-License-Identifier: MIT */
/*
 * A block of deflate that has literals only: each byte gets a Huffman code by
 * its frequency in the block. The codes' lengths come first, in a Huffman code of
 * their own.
 */
#include "literal_packer.h"

#include <stdlib.h>
#include <string.h>

/* Bytes, and the end of the block. */
#define LITERALS 257
#define END_OF_BLOCK 256
#define MAX_LITERAL_BITS 15

/* Lengths from 0 to 15; deflate's further ones, for repetitions, are unused. */
#define LENGTHS 16
#define MAX_LENGTH_BITS 7

/* A Huffman code of up to LITERALS symbols. */
struct code {
	uint16_t word[LITERALS]; /* its first bit is bit 0 */
	uint8_t bits[LITERALS]; /* 0: the symbol does not occur */
};

/* A leaf or an inner node of the tree of a code. */
struct node {
	uint32_t count;
	uint16_t symbol;
	uint16_t parent;
	uint8_t depth;
};

static int compare_nodes(const void *a, const void *b)
{
	const struct node *x = a;
	const struct node *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	return (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

/* Takes the rarer of the next leaf and the next inner node. */
static uint16_t take_node(const struct node *nodes, uint32_t *leaf, uint32_t n_leaves,
		     uint32_t *inner, uint32_t n_nodes)
{
	if (*leaf < n_leaves &&
	    (*inner == n_nodes || nodes[*leaf].count <= nodes[*inner].count))
		return (uint16_t)(*leaf)++;
	return (uint16_t)(*inner)++;
}

/* Makes the tree over @n leaves, two or more, in the order of their counts.
 * Returns the depth of the deepest leaf. */
static unsigned int grow_tree(struct node *nodes, uint32_t n)
{
	const uint32_t all = 2 * n - 1;
	unsigned int deepest = 0;
	uint32_t leaf = 0;
	uint32_t inner = n;
	uint32_t i;

	for (i = n; i < all; i++) {
		uint16_t a = take_node(nodes, &leaf, n, &inner, i);
		uint16_t b = take_node(nodes, &leaf, n, &inner, i);

		nodes[i].count = nodes[a].count + nodes[b].count;
		nodes[a].parent = nodes[b].parent = (uint16_t)i;
	}
	nodes[all - 1].depth = 0;
	for (i = all - 1; i-- > 0;) {
		nodes[i].depth = (uint8_t)(nodes[nodes[i].parent].depth + 1);
		if (i < n && nodes[i].depth > deepest)
			deepest = nodes[i].depth;
	}
	return deepest;
}

/* Sets the lengths of the codes. Where one would be too long, the counts are
 * made more alike until none is. Two symbols or more must occur. */
static void set_lengths(struct code *code, const uint32_t *counts, uint32_t n,
		     unsigned int most)
{
	struct node nodes[2 * LITERALS];
	uint32_t used = 0;
	uint32_t i;

	memset(code->bits, 0, sizeof(code->bits));
	for (i = 0; i < n; i++)
		if (counts[i])
			nodes[used++] = (struct node){ .count = counts[i],
						       .symbol = (uint16_t)i };
	qsort(nodes, used, sizeof(*nodes), compare_nodes);
	while (grow_tree(nodes, used) > most)
		for (i = 0; i < used; i++)
			nodes[i].count = (nodes[i].count + 1) / 2;
	for (i = 0; i < used; i++)
		code->bits[nodes[i].symbol] = nodes[i].depth;
}

/* Numbers the codes as deflate does: by length, then by symbol. */
static void set_words(struct code *code, uint32_t n)
{
	uint32_t word = 0;

	for (unsigned int bits = 1; bits <= MAX_LITERAL_BITS; bits++) {
		for (uint32_t i = 0; i < n; i++) {
			uint32_t reversed = 0;

			if (code->bits[i] != bits)
				continue;
			for (unsigned int k = 0; k < bits; k++)
				reversed |= (word >> k & 1) << (bits - 1 - k);
			code->word[i] = (uint16_t)reversed;
			word++;
		}
		word <<= 1;
	}
}

static void make_code(struct code *code, const uint32_t *counts, uint32_t n,
		      unsigned int most)
{
	set_lengths(code, counts, n, most);
	set_words(code, n);
}

/* Writes the low @n bits, at most 16; the packer has fewer than 8 before. */
static uint8_t *put_bits(struct literal_packer *p, uint32_t bits, unsigned int n,
		    uint8_t *out)
{
	p->bits |= (uint64_t)bits << p->n_bits;
	for (p->n_bits += n; p->n_bits >= 8; p->n_bits -= 8) {
		*out++ = (uint8_t)p->bits;
		p->bits >>= 8;
	}
	return out;
}

static uint8_t *put_symbol(struct literal_packer *p, const struct code *code,
			   uint32_t symbol, uint8_t *out)
{
	return put_bits(p, code->word[symbol], code->bits[symbol], out);
}

static uint8_t *put_codes(struct literal_packer *p, const struct code *code,
			 bool is_last, uint8_t *out)
{
	static const uint8_t order[] = { 16, 17, 18, 0, 8,  7, 9,  6,  10, 5,
					 11, 4,	 12, 3, 13, 2, 14, 1,  15 };
	uint32_t counts[LENGTHS] = { 0 };
	struct code lengths;
	uint32_t i;

	for (i = 0; i < LITERALS; i++)
		counts[code->bits[i]]++;
	counts[0]++; /* of the distance that does not occur */
	make_code(&lengths, counts, LENGTHS, MAX_LENGTH_BITS);
	out = put_bits(p, is_last, 1, out);
	out = put_bits(p, 2, 2, out); /* with codes of its own */
	out = put_bits(p, LITERALS - 257, 5, out);
	out = put_bits(p, 1 - 1, 5, out); /* distances */
	out = put_bits(p, sizeof(order) - 4, 4, out);
	for (i = 0; i < sizeof(order); i++)
		out = put_bits(p, order[i] < LENGTHS ? lengths.bits[order[i]] : 0, 3,
			  out);
	for (i = 0; i < LITERALS; i++)
		out = put_symbol(p, &lengths, code->bits[i], out);
	return put_symbol(p, &lengths, 0, out);
}

/* Two bytes at a time: they fit beside the 7 bits that may be left. */
static uint8_t *put_literals(struct literal_packer *packer,
			     const struct code *code, const uint8_t *data,
			     size_t n, uint8_t *out)
{
	uint64_t bits = packer->bits;
	unsigned int n_bits = packer->n_bits;
	size_t i;

	for (i = 0; i + 2 <= n; i += 2) {
		const uint8_t a = data[i];
		const uint8_t b = data[i + 1];

		bits |= (uint64_t)code->word[a] << n_bits;
		n_bits += code->bits[a];
		bits |= (uint64_t)code->word[b] << n_bits;
		n_bits += code->bits[b];
		out[0] = (uint8_t)bits;
		out[1] = (uint8_t)(bits >> 8);
		out[2] = (uint8_t)(bits >> 16);
		out[3] = (uint8_t)(bits >> 24);
		out += n_bits / 8;
		bits >>= n_bits & ~7u;
		n_bits &= 7;
	}
	packer->bits = bits;
	packer->n_bits = n_bits;
	return i < n ? put_symbol(packer, code, data[i], out) : out;
}

/* Four counters for each byte: equal neighbours need not wait for one. */
static void count_bytes(const uint8_t *data, size_t n, uint32_t counts[LITERALS])
{
	uint32_t parts[4][256] = { { 0 } };
	size_t i;

	for (i = 0; i + 4 <= n; i += 4) {
		parts[0][data[i]]++;
		parts[1][data[i + 1]]++;
		parts[2][data[i + 2]]++;
		parts[3][data[i + 3]]++;
	}
	for (; i < n; i++)
		parts[0][data[i]]++;
	for (i = 0; i < 256; i++)
		counts[i] = parts[0][i] + parts[1][i] + parts[2][i] +
			    parts[3][i];
	counts[END_OF_BLOCK] = 1;
}

/* The head has 2000 bits at most, a byte 15; and 3 bytes are written beyond. */
size_t literal_packer_bound(size_t n)
{
	return 2 * n + 256 + 8;
}

size_t literal_packer_block(struct literal_packer *packer, const uint8_t *data,
			    size_t n, bool is_last, uint8_t *out)
{
	uint32_t counts[LITERALS];
	uint8_t *const start = out;
	struct code code;

	count_bytes(data, n, counts);
	/* A code of one symbol would have no bits. */
	if (n == 0)
		counts[0] = 1;
	make_code(&code, counts, LITERALS, MAX_LITERAL_BITS);
	out = put_codes(packer, &code, is_last, out);
	out = put_literals(packer, &code, data, n, out);
	out = put_symbol(packer, &code, END_OF_BLOCK, out);
	if (is_last && packer->n_bits)
		out = put_bits(packer, 0, 8 - packer->n_bits, out);
	return (size_t)(out - start);
}
