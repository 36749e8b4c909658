/* SPDX-License-Identifier: MIT */
/*
 * The contract of generated C++, on the backend of the first argument: calls,
 * begun calls, events, moves, destruction in callbacks, restarts, and exceptions on
 * both sides. Module and pipeline are written in C++.
 */
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include "backend.h"
#include "studio_host.hpp"

using namespace test::studio;

namespace {

/** Events of a test, which counts them. */
class Recorder : public Events
{
public:
	void ticked(std::uint32_t number, const Point &place,
		    camipc::Span<const camipc::CString> texts,
		    const Shelf &shelf, int fd) override
	{
		n_++;
		numbers_.push_back(number);
		CHECK(place.x() == 3 && place.y() == -1);
		CHECK(texts.size() == 2 && texts[0] == "one");
		CHECK(texts[1] == shelf.name());
		kept_ = camipc::Fd::duplicate(fd);
		if (onTick)
			onTick();
	}
	void onTicked() override { repeated_ = true; }
	void logged(std::uint32_t which) override { which_ = which; }
	void closed(const camipc_closed_info &info) override
	{
		reason_ = info.reason;
	}

	std::function<void()> onTick{};
	int n_ = 0;
	std::vector<std::uint32_t> numbers_{};
	camipc::Fd kept_{};
	bool repeated_ = false;
	std::uint32_t which_ = 0;
	camipc_reason reason_ = CAMIPC_REASON_NONE;
};

Proxy ready(const Manager &manager, Events &events)
{
	camipc::Result<Proxy> made =
		Proxy::create(manager.manager_, match(), events);

	if (!made)
		std::fprintf(stderr, "%s: %s%s\n", backend,
			     made.error().text().c_str(), logged.c_str());
	CHECK(made);
	CHECK(made->isolation() == test_backend_isolation(backend));
	const auto greeting = made->init("Ann", 0);

	CHECK(greeting);
	CHECK(greeting->greeting() == "hello Ann");
	CHECK(made->start());
	return std::move(*made);
}

/* ---- calls ------------------------------------------------------------------ */

void everyKindOfValueComesBack(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const Point point = Point().x(5).y(6);
	const std::uint32_t numbers[] = { 1, 2, 3 };
	const std::string owned = "owned";
	const camipc::CString texts[] = { "a", owned, "" };
	const Mood moods[] = { Mood::Busy, Mood::Calm };
	StringPointEntry places[] = { StringPointEntry().key("z").value(point),
				      StringPointEntry().key("b") };
	const std::int32_t items[] = { -1, -2 };
	const Int32Array list = Int32Array().items(items);
	const camipc::Fd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));

	camipc::sort(camipc::Span<StringPointEntry>(places));
	const auto all = ipa.echo(
		9, Mood::Busy, Colour(77), Option::Fast | Option::Quiet, owned,
		"note", -4, point, &point, numbers, texts, moods, places,
		{ { 0.5f, 1, 2 } }, &list,
		Value().bytes(camipc::Span<const std::uint8_t>()), fd.get());

	CHECK(all);
	CHECK(all.error().code() == 3);
	CHECK(all->number() == 9 && all->mood() == Mood::Busy);
	CHECK(all->colour() == Colour(77));
	CHECK(all->options() == (Option::Fast | Option::Quiet));
	CHECK(all->text() == "owned" && all->note() == "note");
	CHECK(all->maybe() == -4);
	CHECK(all->point().x() == 5 && all->place()->y() == 6);
	CHECK(all->numbers().size() == 3 && all->numbers()[2] == 3);
	CHECK(all->texts().size() == 3 && all->texts()[1] == "owned");
	CHECK(all->moods()[0] == Mood::Busy);
	CHECK(camipc::find(all->places(), "z")->value().y() == 6);
	CHECK(camipc::find(all->places(), "b")->value().y() == -1);
	CHECK(camipc::find(all->places(), "c") == nullptr);
	CHECK(all->tint()[0] == 0.5f && all->tint()[2] == 2);
	CHECK(all->list()->items()[1] == -2);
	CHECK(all->value().tag() == Value::Tag::Bytes);
	CHECK(all->fd() >= 0 && all->fd() != fd.get());

	const auto none = ipa.echo(0, Mood::Calm, Colour::None_, {}, "",
				   std::nullopt, std::nullopt, Point(), nullptr,
				   {}, {}, {}, {}, {}, nullptr, Value(), -1);

	CHECK(none);
	CHECK(!none->note() && !none->maybe() && !none->place());
	CHECK(none->texts().empty() && !none->list());
	CHECK(none->value().tag() == Value::Tag::Nothing && none->fd() == -1);
}

void deepValuesAreCopied(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const std::int32_t some[] = { 4, 5 };
	const StringInt32ArrayEntry numbers[] = {
		StringInt32ArrayEntry().key("k").value(some)
	};
	const Int32Array rows[] = { Int32Array(), Int32Array().items(some) };
	const Colour colours[] = { Colour::Blue };
	const Box boxes[] = { Box().value(Value().text("text"))
				      .numbers(numbers)
				      .rows(rows)
				      .colours(colours)
				      .fixed({ { 1, 2, 3, 4 } })
				      .pair({ { 0.5, 0.25 } }) };
	const Shelf inner[] = { Shelf(), Shelf().name("inner") };
	const auto stored = ipa.store(Shelf().inner(inner).boxes(boxes));

	CHECK(stored);
	const auto copied = camipc::copy(stored->shelf());

	CHECK(copied);
	const Shelf &shelf = **copied;
	const Box &box = shelf.boxes()[0];

	CHECK(&box != &stored->shelf().boxes()[0]);
	CHECK(shelf.inner()[0].name() == "shelf");
	CHECK(shelf.inner()[1].name() == "inner");
	CHECK(box.value().text() == "text");
	CHECK(box.numbers()[0].value()[1] == 5);
	CHECK(box.rows()[0].items().empty() && box.rows()[1].items()[0] == 4);
	CHECK(box.colours()[0] == Colour::Blue && box.fixed()[3] == 4);
	CHECK(box.pair()[1] == 0.25);
}

void errorsSayWhoReturnedThem(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const auto ipas = ipa.fail(-ENOENT, 0, -1);

	CHECK(!ipas && ipas.error().isOfIpa());
	CHECK(ipas.error().code() == -ENOENT);
	CHECK(ipas.error().text() ==
	      "the IPA returned -ENOENT (no such file or directory)");
	const camipc::Error ours = ipa.start().error();

	CHECK(ours && !ours.isOfIpa());
	CHECK(ours.reason() == CAMIPC_REASON_BAD_STATE);
	const auto field = ipa.echo(0, static_cast<Mood>(3), Colour::None_, {},
				    "", std::nullopt, std::nullopt, Point(),
				    nullptr, {}, {}, {}, {}, {}, nullptr,
				    Value(), -1);

	CHECK(field.error().code() == -EINVAL);
	CHECK(std::string(field.error().field()) == "mood");
}

void namesOfBaseClassesAreFree(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);

	CHECK(!ipa.log(5));
	until(ipa, [&] { return events.which_ == 5; });
	CHECK(!ipa.use(1, 2, 3, 4));
	until(ipa, [&] { return events.which_ == 10; });
	CHECK(!ipa.created_());
	until(ipa, [&] { return events.which_ == 11; });
	CHECK(!ipa.cancel());
	until(ipa, [&] { return events.which_ == 12; });
	CHECK(!ipa.emitTicked());
	until(ipa, [&] { return events.repeated_; });
}

/* ---- events, moves and ends --------------------------------------------------- */

void eventsFollowAMovedProxy(const Manager &manager)
{
	Recorder events;
	Proxy first = ready(manager, events);
	Proxy ipa;

	CHECK(!first.tick(1));
	ipa = std::move(first);
	CHECK(!first && first.tick(2).code() == -EPIPE);
	CHECK(first.getFd() == -1 && first.dispatch().code() == -EPIPE);
	CHECK(!ipa.tick(3));
	until(ipa, [&] { return events.n_ == 2; });
	CHECK(events.numbers_[0] == 1 && events.numbers_[1] == 3);
	CHECK(events.kept_.isValid());
	CHECK(!ipa.stopDrain());
}

void callablesAreEvents(const Manager &manager)
{
	Handlers handlers;
	int n = 0;

	/* Another event has the name that this one's callable would have. */
	handlers.onTicked_ = [&](std::uint32_t number, const Point &,
				camipc::Span<const camipc::CString>,
				const Shelf &, int) {
		n += static_cast<int>(number);
	};
	auto made = Proxy::create(manager.manager_, match(),
				  std::move(handlers));

	CHECK(made);
	Proxy ipa = std::move(*made);

	CHECK(ipa.init("Bob", 0));
	CHECK(ipa.start() && !ipa.tick(5));
	until(ipa, [&] { return n == 5; });
}

void aProxyEndsInItsCallback(const Manager &manager)
{
	Recorder events;
	auto ipa = std::make_unique<Proxy>(ready(manager, events));
	int error = 0;

	CHECK(!ipa->storeBegin(Shelf(), [&](const camipc::Error &ended,
					    const StoreOuts *) {
		error = ended.code();
	}));
	CHECK(!ipa->tick(1) && !ipa->tick(2));
	events.onTick = [&] { ipa.reset(); };
	/* The completion comes first, or with -ECANCELED at the end. */
	while (ipa) {
		pollfd readable{ ipa->getFd(), POLLIN, 0 };

		CHECK(poll(&readable, 1, 20000) == 1);
		static_cast<void>(ipa->dispatch().code());
	}
	CHECK(events.n_ == 1);
	CHECK(error == 0 || error == -ECANCELED);
}

void pendingCompletionsAreCanceled(const Manager &manager)
{
	Recorder events;
	int gate[2];
	int error = 0;
	bool without = false;

	CHECK(pipe2(gate, O_CLOEXEC) == 0);
	{
		Proxy ipa = ready(manager, events);
		auto token = std::make_unique<int>(7);

		/* A callable that can only be moved. */
		CHECK(!ipa.waitBegin(gate[0], [&, token = std::move(token)](
						      const camipc::Error &ended) {
			CHECK(*token == 7);
			error = ended.code();
		}));
		CHECK(!ipa.storeBegin(Shelf(), [&](const camipc::Error &,
						   const StoreOuts *outs) {
			without = outs == nullptr;
		}));
		/* What lets a thread end that nobody can kill. */
		CHECK(write(gate[1], "x", 1) == 1);
	}
	CHECK(error == -ECANCELED && without);
	close(gate[0]);
	close(gate[1]);
}

void begunCallsEnd(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	std::string name;

	CHECK(!ipa.storeBegin(Shelf().name("later"),
			      [&](const camipc::Error &error,
				  const StoreOuts *outs) {
				      CHECK(!error);
				      name = outs->shelf().name();
			      }));
	until(ipa, [&] { return !name.empty(); });
	CHECK(name == "later");
	CHECK(ipa.initBegin("twice", 0,
			    [](const camipc::Error &, const InitOuts *) {
				    CHECK(false);
			    })
		      .code() == -EBUSY);
}

/* ---- exceptions ------------------------------------------------------------- */

void exceptionsOfCallbacksAreCounted(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);

	logged.clear();
	events.onTick = [&] { throw std::runtime_error("of an event"); };
	CHECK(!ipa.tick(1));
	CHECK(!ipa.tick(2));
	until(ipa, [&] { return events.n_ == 2; });
	CHECK(ipa.exceptions() == 2);
	CHECK(logged.find("ticked() ended by an exception: of an event") !=
	      std::string::npos);
	bool called = false;

	CHECK(!ipa.storeBegin(Shelf(),
			      [&](const camipc::Error &, const StoreOuts *) {
				      called = true;
				      throw 5;
			      }));
	until(ipa, [&] { return called; });
	CHECK(ipa.exceptions() == 3);
	events.onTick = nullptr;
	CHECK(!ipa.tick(3));
	until(ipa, [&] { return events.n_ == 3; });
	CHECK(ipa.state() == CAMIPC_STATE_RUNNING);
}

/* Clang's ASan in a worker, which is C, knows no library that throws. */
bool opsCanThrow()
{
#if defined(__clang__)
#if __has_feature(address_sanitizer)
	return std::string(test_backend_isolation(backend)) != "process";
#endif
#endif
	return true;
}

void anExceptionOfAnOpFailsItsCall(const Manager &manager)
{
	Recorder events;
	Proxy ipa = ready(manager, events);
	const camipc::Fd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));

	for (std::uint32_t kind = 1; kind <= 3; kind++) {
		const auto failed = ipa.fail(0, kind, fd.get());

		CHECK(failed.error().code() == -EREMOTEIO);
		CHECK(failed.error().reason() == CAMIPC_REASON_EXCEPTION);
		CHECK(!failed.error().isOfIpa());
	}
	CHECK(ipa.fail(0, 0, fd.get()));
	const camipc::Error burst = ipa.burst();

	CHECK(burst.code() == -EREMOTEIO);
	CHECK(burst.reason() == CAMIPC_REASON_EXCEPTION);
	bool ended = false;

	CHECK(!ipa.burstBegin([&](const camipc::Error &error) {
		ended = true;
		CHECK(error.code() == -EREMOTEIO);
		CHECK(error.reason() == CAMIPC_REASON_EXCEPTION);
	}));
	until(ipa, [&] { return ended; });
	CHECK(!ipa.explode());
	CHECK(!ipa.tick(4));
	until(ipa, [&] { return events.n_ == 1; });
	CHECK(ipa.state() == CAMIPC_STATE_RUNNING);
}

void anExceptionOfInitLeavesTheProxyCreated(const Manager &manager)
{
	Recorder events;
	auto made = Proxy::create(manager.manager_, match(), events);

	CHECK(made);
	Proxy ipa = std::move(*made);

	CHECK(ipa.init("Eve", 1).error().reason() == CAMIPC_REASON_EXCEPTION);
	CHECK(ipa.state() == CAMIPC_STATE_CREATED);
	CHECK(ipa.init("Eve", 0));
}

/* ---- restarts ----------------------------------------------------------------- */

/** Notes in which order a restart is reported. */
class Witness : public Events
{
public:
	void lostTick(std::uint32_t number) override
	{
		CHECK(number == 9);
		story_ += "lost ";
	}
	void replayedStart(const StartOuts &outs) override
	{
		time_ = outs.time();
		story_ += "replayed ";
	}
	void restarted(const camipc_restart_info &info) override
	{
		CHECK(info.attempt == 1);
		story_ += "restarted";
	}

	std::uint64_t time_ = 0;
	std::string story_{};
};

void aRestartIsReported(const Manager &manager)
{
	const camipc_restart_policy some = policy();
	Witness events;
	auto made = Proxy::create(manager.manager_, match(), events);

	CHECK(made);
	Proxy ipa = std::move(*made);
	const int ret = camipc_proxy_set_restart(ipa.getProxy(), &some);

	if (std::string(test_backend_isolation(backend)) != "process") {
		CHECK(ret == -EOPNOTSUPP);
		return;
	}
	CHECK(ret == 0 && ipa.init("Eve", 0));
	const auto first = ipa.start();

	CHECK(first && first->time() > 0);
	killWorker(ipa);
	until(ipa, [&] {
		return events.story_.find("restarted") != std::string::npos;
	});
	CHECK(events.story_ == "lost replayed restarted");
	CHECK(events.time_ > first->time());
	CHECK(ipa.state() == CAMIPC_STATE_RUNNING);
}

void callablesSeeARestart(const Manager &manager)
{
	const camipc_restart_policy some = policy();
	Handlers handlers;
	std::uint64_t time = 0;
	bool restarted = false;

	if (std::string(test_backend_isolation(backend)) != "process")
		return;
	handlers.onReplayedStart = [&](const StartOuts &outs) {
		time = outs.time();
	};
	handlers.onRestarted = [&](const camipc_restart_info &) {
		restarted = true;
	};
	auto made = Proxy::create(manager.manager_, match(),
				  std::move(handlers));

	CHECK(made);
	Proxy ipa = std::move(*made);

	CHECK(camipc_proxy_set_restart(ipa.getProxy(), &some) == 0);
	CHECK(ipa.init("Bob", 0));
	const auto first = ipa.start();

	CHECK(first);
	killWorker(ipa);
	until(ipa, [&] { return restarted; });
	CHECK(time > first->time());
}

int run()
{
	const Manager manager;

	everyKindOfValueComesBack(manager);
	deepValuesAreCopied(manager);
	errorsSayWhoReturnedThem(manager);
	namesOfBaseClassesAreFree(manager);
	eventsFollowAMovedProxy(manager);
	callablesAreEvents(manager);
	aProxyEndsInItsCallback(manager);
	pendingCompletionsAreCanceled(manager);
	begunCallsEnd(manager);
	exceptionsOfCallbacksAreCounted(manager);
	aRestartIsReported(manager);
	callablesSeeARestart(manager);
	if (!opsCanThrow()) {
		std::puts("not tried: exceptions of ops");
		return 0;
	}
	anExceptionOfAnOpFailsItsCall(manager);
	anExceptionOfInitLeavesTheProxyCreated(manager);
	return 0;
}

} // namespace

int main(int argc, char **argv)
{
	beginOn(argc, argv);
	return run();
}
