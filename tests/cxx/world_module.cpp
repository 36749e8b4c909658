/* SPDX-License-Identifier: MIT */
/* A module that uses the sources, hooks and notices of its host. */
#include <poll.h>
#include <thread>
#include <unistd.h>

#include "world_ipa_module.hpp"

using namespace test::world;

namespace {

class World final : public Module
{
public:
	explicit World(camipc_host *host) : Module(host) {}
	~World() override
	{
		join();
		close();
	}
	World(const World &) = delete;
	World &operator=(const World &) = delete;

	int created() override
	{
		host()->set_answered(
			host(),
			[](void *user, std::uint32_t method) {
				Counts &counts = of(user).counts_;

				counts.answered(counts.answered() + 1);
				counts.lastAnswered(method);
			},
			this);
		return host()->set_thread_hooks(
			host(),
			[](void *user) {
				World &self = of(user);

				self.counts_.started(self.counts_.started() + 1);
				self.thread_ = std::this_thread::get_id();
			},
			[](void *user) {
				Counts &counts = of(user).counts_;

				counts.ending(counts.ending() + 1);
			},
			this);
	}

	void init() override {}
	std::int32_t start(std::int32_t result) override { return result; }
	void stop() override {}

	std::int32_t addDescriptor(int fd) override
	{
		close();
		fd_ = fd < 0 ? -1 : camipc_fd_dup(fd);
		return host()->add_descriptor(
			host(), fd_, POLLIN,
			[](void *user, int ready, std::uint32_t) {
				World &self = of(user);
				char byte;

				if (read(ready, &byte, 1) == 1)
					self.counts_.descriptor(
						self.counts_.descriptor() + 1);
				self.tell();
			},
			this);
	}

	std::int32_t addTimer(std::uint64_t delay, std::uint64_t period) override
	{
		return host()->add_timer(
			host(), delay, period,
			[](void *user) {
				World &self = of(user);

				self.counts_.timer(self.counts_.timer() + 1);
				self.tell();
			},
			this);
	}

	std::int32_t remove(std::int32_t number) override
	{
		return host()->remove_source(host(), number);
	}

	std::int32_t post() override { return postTask(); }

	void postLater(int gate) override
	{
		join();
		worker_ = std::thread([this, kept = camipc_fd_dup(gate)] {
			char byte;

			if (read(kept, &byte, 1) == 1)
				static_cast<void>(postTask());
			::close(kept);
		});
	}

	void closeDescriptor() override { close(); }

	std::int32_t hooks() override
	{
		return host()->set_thread_hooks(host(), nullptr, nullptr,
						     nullptr);
	}

	void count(CountOuts &outs) override
	{
		counts_.tasksBefore(counts_.task());
		counts_.inOpThread(thread_ == std::this_thread::get_id());
		outs.counts(counts_);
	}

private:
	static World &of(void *user) { return *static_cast<World *>(user); }

	int postTask()
	{
		return host()->post(
			host(),
			[](void *user) {
				World &self = of(user);

				self.counts_.task(self.counts_.task() + 1);
				self.tell();
			},
			this);
	}

	void tell()
	{
		emitFired(counts_.descriptor(), counts_.timer(),
			  counts_.task());
	}

	void close()
	{
		if (fd_ >= 0)
			::close(fd_);
		fd_ = -1;
	}

	void join()
	{
		if (worker_.joinable())
			worker_.join();
	}

	Counts counts_{};
	std::thread worker_{};
	std::thread::id thread_{};
	int fd_ = -1;
};

} // namespace

TEST_WORLD_CXX_MODULE(World, "world", 1, "MIT");
