/* SPDX-License-Identifier: MIT */
/*
 * The contract of values in C++, on the backend of the first argument: calls
 * take them, they come back equal, what the interface does not allow is refused
 * as in C, and a restart repeats calls that were made with them.
 */
#include <fcntl.h>
#include <unistd.h>

#include "studio_host.hpp"

namespace {

class Recorder : public Events
{
public:
	void logged(std::uint32_t which) override { which_ = which; }
	void restarted(const camipc_restart_info &) override
	{
		restarts_++;
	}

	std::uint32_t which_ = 0;
	int restarts_ = 0;
};

Proxy ready(const Manager &manager, Events &events, bool restarts = false)
{
	camipc::Result<Proxy> made =
		Proxy::create(manager.manager_, match(), events);
	const camipc_restart_policy some = policy();

	CHECK(made);
	if (restarts)
		CHECK(camipc_proxy_set_restart(made->getProxy(), &some) == 0);
	CHECK(made->init("Ann", 0));
	CHECK(made->start());
	return std::move(*made);
}

values::Shelf lamp()
{
	values::Box box;
	values::Shelf shelf;

	box.value.text("a lamp");
	box.numbers = { { "k", { 4, 5 } }, { "", {} } };
	box.values[Mood::Busy].point({ 1, 2 });
	box.rows = { {}, { 1, 2 } };
	box.fixed = { { 1, 2, 3, 4 } };
	box.colours = { Colour::Blue, Colour(77) };
	box.options = Option::Fast | Option::Quiet;
	box.maybe = -4;
	box.note = "";
	box.list = std::vector<std::int32_t>{ 7 };
	box.pair = { { 0.5, 0.25 } };
	shelf.name = "lamps";
	shelf.boxes.push_back(box);
	shelf.inner.resize(2);
	shelf.inner[1].name = "inner";
	shelf.place = values::Point{ 3, 4 };
	return shelf;
}

/* ---- calls ------------------------------------------------------------------ */

void aDeepValueComesBack(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const values::Shelf sent = lamp();
	const auto stored = ipa.store(sent);

	CHECK(stored);
	const values::Shelf got = toValue(stored->shelf());

	CHECK(got == sent);
	CHECK(got.boxes[0].values.count(Mood::Busy) == 1);
	CHECK(*got.boxes[0].value.text() == "a lamp");
	CHECK(got.boxes[0].value.point() == nullptr);
	values::Shelf other = sent;

	other.inner[1].name += "!";
	CHECK(got != other);
	CHECK(toValue(**ipa.store(other)).shelf == other);
}

void everyArgumentComesBack(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const std::string text = "text with a length";
	const std::vector<std::uint32_t> numbers{ 1, 2, 3 };
	const std::vector<std::string> texts{ "a", "", text };
	const std::vector<Mood> moods{ Mood::Busy, Mood::Calm };
	const std::map<std::string, values::Point> places{ { "z", { 5, 6 } },
							   { "b", {} } };
	const values::Point point{ 8, 9 };
	const values::Value value = values::Value().texts({ "x", "y" });
	const camipc::Fd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
	/* A view of a part of a text has no NUL at its end. */
	const auto all = ipa.echo(
		9, Mood::Busy, Colour(77), Option::Fast | Option::Quiet,
		std::string_view(text).substr(0, 4), "note", -4, point, point,
		numbers, texts, moods, places, { { 0.5f, 1, 2 } },
		std::vector<std::int32_t>{ -1, -2 }, value, fd.get());

	CHECK(all && all.error().code() == 3);
	values::EchoOuts outs = toValue(**all);

	CHECK(outs.number == 9 && outs.mood == Mood::Busy);
	CHECK(outs.colour == Colour(77) && outs.text == "text");
	CHECK(outs.note == "note" && outs.maybe == -4);
	CHECK(outs.point == point && outs.place == point);
	CHECK(outs.numbers == numbers && outs.texts == texts);
	CHECK(outs.moods == moods && outs.places == places);
	CHECK(outs.tint[2] == 2 && outs.list->size() == 2);
	CHECK(outs.value == value);
	CHECK(outs.fd.isValid() && outs.fd.get() != all->fd());
	const values::EchoOuts moved = std::move(outs);

	CHECK(moved.fd.isValid() && moved.texts == texts);
}

void nothingIsNothing(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const auto none = ipa.echo(0, Mood::Calm, Colour::None_, {}, "",
				   std::nullopt, std::nullopt, values::Point(),
				   std::nullopt, {}, {}, {}, {}, {},
				   std::nullopt, values::Value(), -1);

	CHECK(none);
	const values::EchoOuts outs = toValue(**none);

	CHECK(!outs.note && !outs.maybe && !outs.place && !outs.list);
	CHECK(outs.point.y == -1 && outs.texts.empty());
	CHECK(outs.value == values::Value() && !outs.fd.isValid());
}

void begunCallsTakeValues(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	bool ended = false;
	values::Shelf got;

	{
		/* Written before the call returns, so that it may end then. */
		const values::Shelf sent = lamp();

		CHECK(!ipa.storeBegin(sent, [&](const camipc::Error &error,
						const StoreOuts *outs) {
			CHECK(!error);
			got = toValue(outs->shelf());
			ended = true;
		}));
	}
	until(ipa, [&] { return ended; });
	CHECK(got == lamp());
}

void asyncCallsTakeValues(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const std::vector<std::string> texts{ "a", "b" };
	const camipc::Fd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
	const std::map<std::string, values::Point> places{ { "z", {} } };

	CHECK(!ipa.deliver(texts, places, fd.get()));
	until(ipa, [&] { return events.which_ == 3; });
}

/* ---- what is refused -------------------------------------------------------- */

void isRefused(const camipc::Error &error, const char *field)
{
	CHECK(error.code() == -EINVAL);
	CHECK(error.reason() == CAMIPC_REASON_BAD_ARGUMENT);
	CHECK(error.field() && std::string(error.field()) == field);
}

void whatIsNotAllowedIsRefused(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	values::Shelf shelf = lamp();

	/* C could not even say this. */
	shelf.name = std::string("a\0b", 3);
	isRefused(ipa.store(shelf).error(), "name");
	shelf.name = "\xff";
	isRefused(ipa.store(shelf).error(), "name");
	shelf = lamp();
	shelf.boxes[0].value.mood(static_cast<Mood>(3));
	isRefused(ipa.store(shelf).error(), "mood");
	shelf = lamp();
	shelf.boxes[0].options = camipc::Flags<Option>(1u << 20);
	isRefused(ipa.store(shelf).error(), "options");
	isRefused(ipa.deliver({}, std::map<std::string, values::Point>(), 12345),
		  "fd");
	/* Of two functions that fit, the one without values. */
	isRefused(ipa.deliver({}, {}, 12345), "fd");
	CHECK(!events.which_);

	/* Deeper than messages may be. */
	for (int i = 0; i < 100; i++) {
		values::Shelf outer;

		outer.inner.push_back(std::move(shelf));
		shelf = std::move(outer);
	}
	CHECK(ipa.store(shelf).error().code() == -EMSGSIZE);
	CHECK(ipa.store(lamp()));
	ipa.destroy();
	CHECK(ipa.store(lamp()).error().code() == -EPIPE);
}

/* ---- who reads arguments as a struct of C ------------------------------------ */

void aRestartRepeatsACallWithValues(const Manager &manager)
{
	Recorder events;

	if (std::string(test_backend_isolation(backend)) != "process")
		return;
	Proxy ipa = ready(manager, events, true);

	{
		const values::Shelf sent = lamp();

		CHECK(!ipa.furnish(sent));
	}
	killWorker(ipa);
	until(ipa, [&] { return events.restarts_ == 1; });
	CHECK(toValue(**ipa.furnished()).shelf == lamp());
}

void aTraceShowsValues(const Manager &manager)
{
	const char *const traced = std::getenv("CAMIPC_TRACE");
	Recorder events;
	Proxy ipa = ready(manager, events);

	logged.clear();
	CHECK(ipa.store(lamp()));
	CHECK((logged.find("store(shelf: {name: \"lamps\"") !=
	       std::string::npos) == (traced && *traced == '1'));
}

} // namespace

int main(int argc, char **argv)
{
	beginOn(argc, argv);
	const Manager manager;

	aDeepValueComesBack(manager);
	everyArgumentComesBack(manager);
	nothingIsNothing(manager);
	begunCallsTakeValues(manager);
	asyncCallsTakeValues(manager);
	whatIsNotAllowedIsRefused(manager);
	aRestartRepeatsACallWithValues(manager);
	aTraceShowsValues(manager);
	return 0;
}
