/* SPDX-License-Identifier: MIT */
/* Sends libcamera's log to hosts: one line each, with its level, without colours. */
#include "host_log.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libcamera/logging.h>

namespace adapter {

namespace {

// A line that never ends is cut here; the host's own limit is lower.
constexpr size_t maxLine = 1024;

thread_local camipc_host *threadHost;

camipc_log_level levelOf(std::string_view word)
{
	if (word == "DEBUG")
		return CAMIPC_LOG_DEBUG;
	if (word == "INFO")
		return CAMIPC_LOG_INFO;
	if (word == "ERROR" || word == "FATAL")
		return CAMIPC_LOG_ERROR;
	return CAMIPC_LOG_WARNING;
}

// Cuts one word from the front of a text.
std::string_view word(std::string_view *text)
{
	const size_t begin = std::min(text->find_first_not_of(' '),
				      text->size());
	const size_t end = std::min(text->find(' ', begin), text->size());
	const std::string_view result = text->substr(begin, end - begin);

	text->remove_prefix(end);
	return result;
}

// libcamera writes a line with one call; IPAs have threads of their own.
class HostLog : public std::streambuf
{
public:
	HostLog() : stream_(this) {}

	void add(camipc_host *host)
	{
		const std::lock_guard<std::mutex> lock(mutex_);

		hosts_.push_back(host);
		if (hosts_.size() == 1)
			libcamera::logSetStream(&stream_, false);
	}

	void remove(camipc_host *host)
	{
		bool last;

		{
			const std::lock_guard<std::mutex> lock(mutex_);

			hosts_.erase(std::remove(hosts_.begin(), hosts_.end(),
						 host),
				     hosts_.end());
			last = hosts_.empty();
		}
		// The stream ends with this file; libcamera may stay.
		if (last)
			libcamera::logSetTarget(
				libcamera::LoggingTargetNone);
	}

protected:
	std::streamsize xsputn(const char *text, std::streamsize n) override
	{
		const std::lock_guard<std::mutex> lock(mutex_);

		for (std::streamsize i = 0; i < n; i++)
			put(text[i]);
		return n;
	}

	int overflow(int c) override
	{
		const std::lock_guard<std::mutex> lock(mutex_);

		if (c != traits_type::eof())
			put(static_cast<char>(c));
		return traits_type::not_eof(c);
	}

private:
	void put(char c)
	{
		if (c != '\n' && line_.size() < maxLine)
			line_.push_back(c);
		if (c == '\n') {
			send();
			line_.clear();
		}
	}

	// "[0:12:34.5678] [1234]  INFO Category file.cpp:12 text"
	void send()
	{
		camipc_host *host = hosts_.empty() ? nullptr : hosts_.back();
		std::string_view text = line_;
		camipc_log_level level = CAMIPC_LOG_WARNING;

		if (std::find(hosts_.begin(), hosts_.end(), threadHost) !=
		    hosts_.end())
			host = threadHost;
		for (int i = 0; i < 2; i++) {
			const size_t end = text.find("] ");

			if (text.substr(0, 1) == "[" && end != text.npos)
				text.remove_prefix(end + 2);
		}
		if (text.size() < line_.size())
			level = levelOf(word(&text));
		if (host && !text.empty())
			camipc_host_log(host, level, "%.*s",
					static_cast<int>(text.size() -
							 (text[0] == ' ')),
					text.data() + (text[0] == ' '));
	}

	std::mutex mutex_;
	std::vector<camipc_host *> hosts_;
	std::string line_;
	std::ostream stream_;
};

// Never destroyed: threads of libcamera may log while the process ends.
HostLog &hostLog()
{
	static auto *log = new HostLog;

	return *log;
}

} // namespace

void addLogHost(camipc_host *host)
{
	hostLog().add(host);
}

void removeLogHost(camipc_host *host)
{
	hostLog().remove(host);
}

camipc_host *setThreadLogHost(camipc_host *host)
{
	return std::exchange(threadHost, host);
}

} // namespace adapter
