/* SPDX-License-Identifier: MIT */
/* An IPA module in C++ that gives back what it gets, and throws when told to. */
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "studio_ipa_module.hpp"

using namespace test::studio;

namespace {

void fault(std::uint32_t kind)
{
	if (kind == 1)
		throw std::runtime_error("on demand");
	if (kind == 2)
		throw 7;
	if (kind == 3)
		throw std::bad_alloc();
}

class Studio final : public Module
{
public:
	explicit Studio(camipc_host *host) : Module(host)
	{
		if (argument() == "throw")
			throw std::runtime_error("no studio");
	}

	int created() override { return argument() == "fail" ? -ENODEV : 0; }

	std::int32_t init(std::string_view name, std::uint32_t kind,
			  InitOuts &outs) override
	{
		fault(kind);
		name_ = name;
		outs.greeting(allocateText("hello " + name_));
		return 0;
	}

	std::int32_t start(StartOuts &outs) override
	{
		const auto now = std::chrono::steady_clock::now();

		outs.time(static_cast<std::uint64_t>(
			now.time_since_epoch().count()));
		return 0;
	}
	void stop() override {}

	std::int32_t echo(std::uint32_t number, Mood mood, Colour colour,
			  camipc::Flags<Option> options, std::string_view text,
			  std::optional<std::string_view> note,
			  std::optional<std::int32_t> maybe, const Point &point,
			  const Point *place,
			  camipc::Span<const std::uint32_t> numbers,
			  camipc::Span<const camipc::CString> texts,
			  camipc::Span<const Mood> moods,
			  camipc::Span<const StringPointEntry> places,
			  const std::array<float, 3> &tint,
			  const Int32Array *list,
			  const Value &value, int fd, EchoOuts &outs) override
	{
		outs.number(number).mood(mood).colour(colour).options(options);
		/* Arguments are valid until the call was answered. */
		outs.text(text.data()).maybe(maybe).point(point).place(place);
		if (note)
			outs.note(camipc::CString(note->data()));
		outs.numbers(numbers).texts(texts).moods(moods).places(places);
		outs.tint(tint).list(list).value(value);
		outs.fd(camipc::Fd::duplicate(fd).release());
		return 3;
	}

	void store(const Shelf &shelf, StoreOuts &outs) override
	{
		outs.shelf(shelf);
	}

	std::int32_t furnish(const Shelf &shelf) override
	{
		auto kept = camipc::copy(shelf);

		if (!kept)
			return kept.error().code();
		kept_ = std::move(*kept);
		return 0;
	}
	void furnished(FurnishedOuts &outs) override { outs.shelf(*kept_); }

	void deliver(camipc::Span<const camipc::CString> texts,
		     camipc::Span<const StringPointEntry> places,
		     int fd) override
	{
		const std::size_t n = texts.size() + places.size();

		emitLogged(static_cast<std::uint32_t>(fd >= 0 ? n : 0));
	}

	std::int32_t fail(std::int32_t result, std::uint32_t kind, int fd,
			  FailOuts &outs) override
	{
		outs.fd(camipc::Fd::duplicate(fd).release());
		fault(kind);
		return result;
	}

	void burst() override { fault(1); }

	std::int32_t wait(int gate) override
	{
		char byte;

		return read(gate, &byte, 1) < 0 ? -errno : 0;
	}

	void tick(std::uint32_t number) override
	{
		const camipc::CString texts[] = { "one", name_ };
		Shelf shelf;

		shelf.name(name_);
		emitTicked_(number, Point().x(3), texts, shelf, 0);
	}

	void explode() override { fault(2); }

	void log(std::uint32_t host) override { emitLogged(host); }
	void use(std::uint32_t called, std::uint32_t ipa, std::uint32_t outs,
		 std::uint32_t done) override
	{
		emitLogged(called + ipa + outs + done);
	}
	void created_() override { emitLogged(11); }
	void emitTicked() override { emitOnTicked(); }
	void cancel() override { emitLogged(12); }

private:
	std::string name_{};
	camipc::Owned<Shelf> kept_{};
};

} // namespace

TEST_STUDIO_CXX_MODULE(Studio, "studio", 1, "MIT");
