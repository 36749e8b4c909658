/* SPDX-License-Identifier: MIT */
/*
 * Lets no exception through: C code calls what is written in C++, and must not
 * be unwound.
 */
#ifndef CAMIPC_GUARD_HPP
#define CAMIPC_GUARD_HPP

#include <exception>
#include <utility>

#if defined(__cpp_exceptions) && defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace camipc {

/**
 * Calls @call; if it throws, calls @caught with the exception's what(). A thread
 * that ends, by pthread_exit() or cancellation, is let through: it cannot be
 * stopped. Without exceptions in this build, it only calls @call.
 */
template <typename Call, typename Caught>
void guarded(Call &&call, Caught &&caught)
{
#ifdef __cpp_exceptions
	try {
		std::forward<Call>(call)();
	} catch (const std::exception &exception) {
		caught(exception.what());
#ifdef __GLIBCXX__
	} catch (const abi::__forced_unwind &) {
		throw;
#endif
	} catch (...) {
		caught("not a std::exception");
	}
#else
	static_cast<void>(caught);
	std::forward<Call>(call)();
#endif
}

} // namespace camipc

#endif /* CAMIPC_GUARD_HPP */
