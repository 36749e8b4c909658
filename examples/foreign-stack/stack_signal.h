/* SPDX-License-Identifier: MIT */
/*
 * Signals of an imaginary camera stack: they stand for what such a stack has. It
 * does not depend on camipc, and was not changed for it.
 */
#ifndef STACK_SIGNAL_H
#define STACK_SIGNAL_H

#include <functional>
#include <utility>
#include <vector>

namespace stack {

/** Calls every function that is connected, in the order of their connection. */
template<typename... Args>
class Signal
{
public:
	using Slot = std::function<void(Args...)>;

	void connect(Slot slot) { slots_.push_back(std::move(slot)); }

	void emit(Args... args) const
	{
		for (const Slot &slot : slots_)
			slot(args...);
	}

private:
	std::vector<Slot> slots_;
};

} // namespace stack

#endif /* STACK_SIGNAL_H */
