/* SPDX-License-Identifier: MIT */
/*
 * Frames allocate nothing in C, and neither do they in C++: with views, and with
 * values, on the backend of the first argument.
 */
#include <fcntl.h>
#include <unistd.h>

#include "studio_host.hpp"

extern "C" {
#include "alloc_fail.h"
}

namespace {

constexpr int nWarm = 8;
constexpr int nFrames = 50;

class Counter : public Events
{
public:
	void ticked(std::uint32_t /* number */, const Point & /* place */,
		    camipc::Span<const camipc::CString> texts,
		    const Shelf &shelf, int /* fd */) override
	{
		n_ += texts.size() == 2 && shelf.name() == "Ann";
	}
	void logged(std::uint32_t which) override { n_ += which > 0; }

	int n_ = 0;
};

/** A frame: a call with arguments of every kind, a call without, two events. */
template <typename Texts, typename Places>
void frame(Proxy &ipa, Counter &events, const Texts &texts,
	   const Places &places, int fd)
{
	events.n_ = 0;
	CHECK(!ipa.deliver(texts, places, fd));
	CHECK(!ipa.tick(1));
	until(ipa, [&] { return events.n_ == 2; });
}

/** The same through the functions of C, whose handle is the proxy. */
void frameInC(Proxy &ipa, Counter &events,
	      camipc::Span<const camipc::CString> texts,
	      camipc::Span<const StringPointEntry> places, int fd)
{
	::test_studio *const c =
		reinterpret_cast<::test_studio *>(ipa.getProxy());

	events.n_ = 0;
	CHECK(::test_studio_deliver(
		      c, camipc::items<const char *>(texts), texts.size(),
		      camipc::items<::test_studio_string_point_entry>(places),
		      places.size(), fd) == 0);
	CHECK(::test_studio_tick(c, 1) == 0);
	until(ipa, [&] { return events.n_ == 2; });
}

/** Fills the stocks of both sides with more than a frame needs, and with room for
 *  what it sends. */
template <typename Texts, typename Places>
void warmUp(Proxy &ipa, Counter &events, const Texts &texts,
	    const Places &places, int fd)
{
	for (int round = 0; round < 3; round++) {
		events.n_ = 0;
		for (std::uint32_t i = 0; i < nWarm; i++)
			CHECK(!ipa.deliver(texts, places, fd) && !ipa.tick(i));
		/* Its answer is behind the events, which pile up here. */
		CHECK(ipa.store(Shelf()));
		until(ipa, [&] { return events.n_ == 2 * nWarm; });
	}
}

/**
 * Allocations of many frames. The fewest of several runs: a record grows once if
 * it gets a larger message than all before, which depends on how the threads
 * take turns. What each frame allocates is in every run.
 */
template <typename F> unsigned long count(F &&one)
{
	unsigned long fewest = ~0ul;

	for (int run = 0; run < 100 && fewest > 0; run++) {
		alloc_fail_begin(0);
		for (int i = 0; i < nFrames; i++)
			one();
		fewest = std::min(fewest, alloc_fail_end());
	}
	return fewest;
}

int run()
{
	const Manager manager;
	Counter events;
	auto made = Proxy::create(manager.manager_, match(), events);

	CHECK(made);
	Proxy ipa = std::move(*made);

	CHECK(ipa.init("Ann", 0));
	CHECK(ipa.start());
	const camipc::Fd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
	const camipc::CString texts[] = { "a", "a text that is no small one" };
	const StringPointEntry places[] = { StringPointEntry().key("z") };
	const std::vector<std::string> ownTexts{ "a", std::string(100, 'x') };
	const std::map<std::string, values::Point> ownPlaces{
		{ std::string(100, 'y'), { 1, 2 } }
	};

	warmUp(ipa, events, ownTexts, ownPlaces, fd.get());
	const unsigned long inC = count(
		[&] { frameInC(ipa, events, texts, places, fd.get()); });
	const unsigned long views = count(
		[&] { frame(ipa, events, texts, places, fd.get()); });
	const unsigned long values = count(
		[&] { frame(ipa, events, ownTexts, ownPlaces, fd.get()); });
	/* A conversion does allocate: what C++ does is counted, too. */
	const unsigned long converted =
		count([&] { CHECK(toValue(places[0].value()).y == -1); }) +
		count([&] {
			Shelf shelf;

			CHECK(toValue(shelf.name("longer than a small text"))
				      .name.size() == 24);
		});

	std::printf("%d frames: %lu in C, %lu with views, %lu with values\n",
		    nFrames, inC, views, values);
	std::fflush(stdout);
	CHECK(inC == 0 && views == inC && values == inC);
	CHECK(converted >= nFrames);
	return 0;
}

} // namespace

int main(int argc, char **argv)
{
	beginOn(argc, argv);
	return run();
}
