/* SPDX-License-Identifier: MIT */
/*
 * Tests the sources of a module on the backend of the first argument: when
 * descriptors, timers and posted tasks fire, hooks of the op thread, and the
 * notice that outputs were taken.
 */
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <unistd.h>

#include "backend.h"
#include "check.hpp"
#include "world_ipa.hpp"

using namespace test::world;

namespace {

std::string backend;

class World : public Events
{
public:
	World()
	{
		const char *const workers[] = { WORLD_WORKER, nullptr };
		const char *const trusted[] = { WORLD_MODULE, nullptr };
		camipc_manager_options options{};
		camipc_match match{};

		options.size = sizeof(options);
		options.worker_paths = workers;
		options.trusted_paths = trusted;
		CHECK(camipc_manager_create(&options, &manager_) == 0);
		match.path = WORLD_MODULE;
		match.isolation = test_backend_isolation(backend.c_str());
		match.transport = test_backend_transport(backend.c_str());
		auto made = Proxy::create(manager_, match, *this);

		CHECK(made);
		ipa = std::move(*made);
		CHECK(!ipa.init());
		CHECK(pipe2(pipe_, O_CLOEXEC) == 0);
	}
	~World() override
	{
		ipa.destroy();
		camipc_manager_destroy(manager_);
		close(pipe_[0]);
		close(pipe_[1]);
	}
	World(const World &) = delete;
	World &operator=(const World &) = delete;

	void fired(std::uint32_t descriptors, std::uint32_t timers,
		   std::uint32_t tasks) override
	{
		descriptors_ = descriptors;
		timers_ = timers;
		tasks_ = tasks;
	}

	int readEnd() const { return pipe_[0]; }
	void write() const { CHECK(::write(pipe_[1], "x", 1) == 1); }

	Counts count()
	{
		const auto outs = ipa.count();

		CHECK(outs);
		return outs->counts();
	}

	/** Dispatches until @condition holds. */
	template <typename F> void until(F condition)
	{
		while (!condition()) {
			pollfd readable{ ipa.getFd(), POLLIN, 0 };

			CHECK(poll(&readable, 1, 20000) == 1);
			CHECK(!ipa.dispatch());
		}
	}

	Proxy ipa{};
	std::uint32_t descriptors_ = 0;
	std::uint32_t timers_ = 0;
	std::uint32_t tasks_ = 0;

private:
	camipc_manager *manager_ = nullptr;
	int pipe_[2] = { -1, -1 };
};

constexpr std::uint64_t msec = 1000000;

void sourcesWaitForTheRun()
{
	World world;

	world.write();
	CHECK(world.ipa.addDescriptor(world.readEnd()).code() > 0);
	CHECK(world.ipa.addTimer(0, 0).code() > 0);
	CHECK(world.ipa.post().code() == 0);
	/* A start that fails begins no run. */
	CHECK(world.ipa.start(-EAGAIN).code() == -EAGAIN);
	Counts counts = world.count();

	CHECK(counts.descriptor() == 0 && counts.timer() == 0);
	CHECK(counts.task() == 0);
	CHECK(!world.ipa.start(0));
	world.until([&] {
		return world.descriptors_ == 1 && world.timers_ == 1 &&
		       world.tasks_ == 1;
	});
	CHECK(!world.ipa.stop());
	world.write();
	CHECK(world.ipa.addTimer(0, 0).code() > 0);
	CHECK(world.ipa.post().code() == 0);
	counts = world.count();
	CHECK(counts.descriptor() == 1 && counts.timer() == 1);
	CHECK(counts.task() == 1);
	/* The next run finds them. */
	CHECK(!world.ipa.start(0));
	world.until([&] {
		return world.descriptors_ == 2 && world.timers_ == 2 &&
		       world.tasks_ == 2;
	});
	CHECK(!world.ipa.stop());
}

void sourcesFireWhileNothingElseHappens()
{
	World world;

	CHECK(!world.ipa.start(0));
	CHECK(world.ipa.addDescriptor(world.readEnd()).code() > 0);
	for (std::uint32_t i = 1; i <= 3; i++) {
		world.write();
		world.until([&] { return world.descriptors_ == i; });
	}
	const std::int32_t timer = world.ipa.addTimer(msec, msec).code();

	CHECK(timer > 0);
	world.until([&] { return world.timers_ >= 5; });
	CHECK(world.ipa.remove(timer).code() == 0);
	const std::uint32_t fired = world.count().timer();

	CHECK(world.ipa.remove(timer).code() == -ENOENT);
	/* A later timer comes, the removed one does not. */
	CHECK(world.ipa.addTimer(5 * msec, 0).code() > 0);
	world.until([&] { return world.timers_ == fired + 1; });
	CHECK(world.count().timer() == fired + 1);
}

void tasksRunBeforeTheNextOp()
{
	World world;
	int gate[2];

	CHECK(pipe2(gate, O_CLOEXEC) == 0);
	CHECK(!world.ipa.start(0));
	for (std::uint32_t i = 1; i <= 20; i++) {
		CHECK(world.ipa.post().code() == 0);
		CHECK(world.count().tasksBefore() == i);
	}
	/* Posted by a thread while the op thread sleeps. */
	CHECK(!world.ipa.postLater(gate[0]));
	CHECK(write(gate[1], "x", 1) == 1);
	world.until([&] { return world.tasks_ == 21; });
	/* And while it waits for a descriptor. */
	CHECK(world.ipa.addDescriptor(world.readEnd()).code() > 0);
	CHECK(!world.ipa.postLater(gate[0]));
	CHECK(write(gate[1], "x", 1) == 1);
	world.until([&] { return world.tasks_ == 22; });
	close(gate[0]);
	close(gate[1]);
}

void mistakesOfAModuleAreReported()
{
	World world;
	std::int32_t last = 1;
	int n = 0;

	CHECK(world.ipa.addDescriptor(-1).code() == -EBADF);
	CHECK(world.ipa.remove(0).code() == -ENOENT);
	while (last > 0 && n <= CAMIPC_MAX_SOURCES) {
		last = world.ipa.addTimer(UINT64_MAX, UINT64_MAX).code();
		n += last > 0;
	}
	CHECK(last == -ENOMEM && n == CAMIPC_MAX_SOURCES);
	CHECK(world.ipa.remove(1).code() == 0);
	CHECK(world.ipa.addDescriptor(world.readEnd()).code() > 0);
	CHECK(!world.ipa.start(0));
	/* A source whose descriptor is closed goes, and the IPA stays. */
	CHECK(!world.ipa.closeDescriptor());
	CHECK(world.ipa.remove(2).code() == 0);
	CHECK(world.ipa.addTimer(msec, 0).code() > 0);
	world.until([&] { return world.timers_ == 1; });
	CHECK(world.ipa.state() == CAMIPC_STATE_RUNNING);
}

void hooksSurroundTheOpThread()
{
	World world;
	const std::string isolation = test_backend_isolation(backend.c_str());
	const std::uint32_t before = isolation == "process" ? 1 : 0;

	CHECK(world.count().started() == before);
	CHECK(!world.ipa.start(0));
	Counts counts = world.count();

	CHECK(counts.started() == 1 && counts.ending() == 0);
	CHECK(counts.inOpThread());
	CHECK(world.ipa.hooks().code() == -EBUSY);
	CHECK(!world.ipa.stop());
	counts = world.count();
	CHECK(counts.ending() == (before ? 0 : 1));
	CHECK(!world.ipa.start(0));
	counts = world.count();
	CHECK(counts.started() == (before ? 1 : 2) && counts.inOpThread());
}

void outputsAreAnswered()
{
	World world;
	const Counts counts = world.count();

	/* Of init(); this call has yet to be answered. */
	CHECK(counts.answered() == 1);
	CHECK(counts.lastAnswered() == TEST_WORLD_METHOD_INIT);
	CHECK(world.count().lastAnswered() == TEST_WORLD_METHOD_COUNT);
}

} // namespace

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	backend = argv[1];
	sourcesWaitForTheRun();
	sourcesFireWhileNothingElseHappens();
	tasksRunBeforeTheNextOp();
	mistakesOfAModuleAreReported();
	hooksSurroundTheOpThread();
	outputsAreAnswered();
	return 0;
}
