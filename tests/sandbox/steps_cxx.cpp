/* SPDX-License-Identifier: MIT */
/* Steps that C++ makes of its own: exceptions, and what threads leave behind. */
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <future>
#include <iostream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

std::atomic<int> alive{ 0 };

// Made in each thread that touches it, destroyed when the thread ends.
struct Local {
	Local() { alive++; }
	~Local() { alive--; }
	std::vector<std::string> texts;
};

thread_local Local local;

[[gnu::noinline]] void descend(int depth)
{
	std::string on_the_way(100, 'x');

	if (depth == 0)
		throw std::runtime_error("the bottom");
	descend(depth - 1);
	on_the_way.clear();
}

int exceptions()
{
	int caught = 0;

	for (int i = 0; i < 3; i++) {
		std::exception_ptr kept;
		std::thread thread([&] {
			try {
				descend(20);
			} catch (...) {
				kept = std::current_exception();
			}
		});

		thread.join();
		try {
			std::rethrow_exception(kept);
		} catch (const std::runtime_error &error) {
			caught += std::strcmp(error.what(), "the bottom") == 0;
		}
	}
	return caught == 3 ? 0 : EINVAL;
}

int locals()
{
	std::vector<std::thread> threads;
	const int before = alive;

	for (int i = 0; i < 8; i++)
		threads.emplace_back([] {
			local.texts.emplace_back(1000, 'y');
		});
	for (std::thread &thread : threads)
		thread.join();
	return alive == before ? 0 : EINVAL;
}

int futures()
{
	std::future<int> answer = std::async(std::launch::async, [] {
		descend(3);
		return 1;
	});

	try {
		return answer.get();
	} catch (const std::runtime_error &) {
		return 0;
	}
}

int streams()
{
	std::ostringstream text;

	text.imbue(std::locale::classic());
	text << 1.5 << ' ' << std::this_thread::get_id();
	return text.str().rfind("1.5 ", 0) == 0 ? 0 : EINVAL;
}

int wait()
{
	std::mutex mutex;
	std::condition_variable condition;
	bool done = false;
	std::thread thread([&] {
		std::lock_guard<std::mutex> lock(mutex);
		done = true;
		condition.notify_one();
	});
	std::unique_lock<std::mutex> lock(mutex);

	condition.wait(lock, [&] { return done; });
	lock.unlock();
	thread.join();
	return 0;
}

} // namespace

extern "C" int asking_more(const char *word);

extern "C" int asking_more(const char *word)
{
	static const struct {
		const char *name;
		int (*run)();
	} steps[] = {
		{ "exceptions", exceptions }, { "locals", locals },
		{ "futures", futures },	      { "streams", streams },
		{ "wait", wait },
	};

	for (const auto &step : steps)
		if (std::strcmp(step.name, word) == 0)
			return step.run();
	return ENOTSUP;
}
