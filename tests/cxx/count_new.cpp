/* SPDX-License-Identifier: MIT */
/* Makes alloc_fail.h count what C++ allocates: by malloc() of this program. */
#include <cstdlib>
#include <new>

void *operator new(std::size_t size)
{
	void *const memory = std::malloc(size);

	if (!memory)
		std::abort();
	return memory;
}

void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
	return std::malloc(size);
}

void operator delete(void *memory) noexcept
{
	std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
	std::free(memory);
}
