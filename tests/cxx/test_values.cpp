/* SPDX-License-Identifier: MIT */
/*
 * Values in C++ beside the structs of C: for random values of every struct, both
 * encoders write the same bytes, both checks find the same, and the struct that
 * a value builds is the one that it was made of.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>
#include <vector>

#include <camipc/values.hpp>

#include "check.hpp"
#include "under_valgrind.h"

extern "C" {
#include "values.h"
}

namespace {

constexpr std::uint32_t maxFds = 64;
constexpr std::size_t budget = std::size_t(64) << 20;

int openFd = -1;
unsigned int nTried;
unsigned int nBytes;
unsigned int nFds;

/** What a check finds, and what an encoder writes. */
struct Written {
	camipc_check check{};
	std::vector<std::uint8_t> bytes{};
	std::array<int, maxFds> checked{};
	std::array<int, maxFds> fds{};
	std::uint32_t n = 0;
};

/** Encodes into a buffer without a byte too many, which ASan watches. */
template <typename F>
int encode(F &&put, std::size_t room, Written &written)
{
	const std::unique_ptr<std::uint8_t[]> buffer(
		new std::uint8_t[room + CAMIPC_WRITE_ROOM]);
	std::size_t size = 0;
	camipc_writer w;

	camipc_writer_init(&w, buffer.get(), room + CAMIPC_WRITE_ROOM,
			   written.fds.data(), maxFds);
	w.pos = put(&w, w.pos);
	const int ret = camipc_writer_finish(&w, &size);

	written.n = w.n_fds;
	written.bytes.assign(buffer.get(), buffer.get() + size);
	return ret;
}

template <typename C, typename F> Written write(C &&check, F &&put)
{
	Written written;

	written.check.fds = written.checked.data();
	written.check.max_fds = maxFds;
	check(&written.check);
	CHECK(encode(put, written.check.wire, written) == 0);
	return written;
}

bool sameFile(int a, int b)
{
	struct stat one;
	struct stat other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

void compare(const Written &c, const Written &cxx)
{
	CHECK(c.bytes == cxx.bytes);
	CHECK(c.n == cxx.n);
	for (std::uint32_t i = 0; i < c.n; i++)
		CHECK(sameFile(c.fds[i], cxx.fds[i]));
	CHECK(c.check.error == cxx.check.error);
	CHECK(c.check.n_fds == cxx.check.n_fds);
	CHECK(c.check.decoded == cxx.check.decoded);
	CHECK(c.check.depth == cxx.check.depth);
}

const camipc_message_type *findType(const camipc_type_info &info)
{
	const oracle_codec *codec = oracle_codecs;

	while (codec->type && codec->type->info != &info)
		codec++;
	CHECK(codec->type);
	return codec->type;
}

/** Both fail for lack of room, or neither does. */
template <typename C, typename F>
void runShort(oracle_random *random, std::size_t size, C &&putC, F &&put)
{
	const std::size_t room =
		oracle_below(random, static_cast<std::uint32_t>(size));
	Written c;
	Written cxx;

	CHECK(encode(putC, room, c) == encode(put, room, cxx));
}

template <typename View, typename Codec>
void tryOnce(oracle_random *random, const camipc_message_type *type,
	     camipc_arena *built)
{
	using C = typename View::c_type;
	const auto c = std::make_unique<C>();

	std::memset(c.get(), 0, sizeof(C));
	if (type->init)
		type->init(c.get());
	random->fds_left = maxFds;
	oracle_fill(random, type->info, c.get());

	const auto value = toValue(camipc::view<View>(*c));
	const auto putC = [&](camipc_writer *w, std::uint8_t *) {
		type->encode(w, c.get());
		return w->pos;
	};
	const auto put = [&](camipc_writer *w, std::uint8_t *p) {
		return Codec::put(w, p, value);
	};
	const Written ours = write(
		[&](camipc_check *check) { type->check(check, c.get()); },
		putC);
	const Written theirs = write(
		[&](camipc_check *check) { Codec::check(check, value); }, put);

	compare(ours, theirs);
	runShort(random, ours.bytes.size(), putC, put);

	const auto msg = std::make_unique<C>();

	std::memset(msg.get(), 0, sizeof(C));
	camipc_arena_reset(built, budget);
	built->fd_mode = CAMIPC_FD_MOVE;
	Codec::build(built, value, *msg);
	CHECK(built->error == 0);
	CHECK(oracle_equal(type->info, c.get(), msg.get()));

	/* Equal to another one of the same, unless it has NaN or descriptors. */
	const auto other = toValue(camipc::view<View>(*msg));

	CHECK((value == other) != (value != other));
	CHECK(ours.n > 0 || value == other || !(value == value));
	nTried++;
	nBytes += static_cast<unsigned int>(ours.bytes.size());
	nFds += ours.n;
}

template <typename View, typename Codec>
void tryValue(const camipc_type_info &info)
{
	const camipc_message_type *const type = findType(info);
	const int rounds = under_valgrind() ? 5 : 100;
	camipc_arena values;
	camipc_arena built;
	oracle_random random{};

	camipc_arena_init(&values, budget);
	camipc_arena_init(&built, budget);
	random.state = 20261129;
	random.arena = &values;
	random.fds = &openFd;
	random.n_fds = 1;
	for (int i = 0; i < rounds; i++) {
		camipc_arena_reset(&values, budget);
		tryOnce<View, Codec>(&random, type, &built);
	}
	camipc_arena_fini(&values);
	camipc_arena_fini(&built);
}

/** Large, sealed and read-only: fits any [fd=memfd]. */
void openFile()
{
	const int fd = memfd_create("values", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const std::string path = "/proc/self/fd/" + std::to_string(fd);

	CHECK(fd >= 0 && ftruncate(fd, 1 << 24) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS,
		    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
	openFd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
	CHECK(openFd >= 0);
	close(fd);
}

} // namespace

#include "values_table.hpp"

int main()
{
	openFile();
	tryAll();
	/* Some of everything, or this test proves nothing. */
	CHECK(nTried > 100 && nBytes > 100000 && nFds > 20);
	std::printf("%u values, %u bytes, %u descriptors\n", nTried, nBytes,
		    nFds);
	close(openFd);
	return 0;
}
