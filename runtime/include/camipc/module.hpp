/* SPDX-License-Identifier: MIT */
/*
 * The IPA module's side of generated C++: what the Module classes of all
 * interfaces have in common.
 */
#ifndef CAMIPC_MODULE_HPP
#define CAMIPC_MODULE_HPP

#include <cerrno>

#include <camipc/camipc.hpp>
#include <camipc/guard.hpp>
#include <camipc/module.h>

namespace camipc {

/**
 * What every Module has. An op may have the name of a function here and hides it
 * then; camipc::ModuleBase::host() still reaches it.
 */
class ModuleBase
{
public:
	ModuleBase(const ModuleBase &) = delete;
	ModuleBase &operator=(const ModuleBase &) = delete;

	/** Called once after the constructor, which cannot fail without
	 *  exceptions. A negative errno fails the creation of the proxy. */
	virtual int created() { return 0; }

protected:
	explicit ModuleBase(camipc_host *host) noexcept : host_(host) {}
	virtual ~ModuleBase() = default;

	/** The program that runs the module; see camipc/module.h. */
	camipc_host *host() const noexcept { return host_; }

	/** What the pipeline gave the module as its argument; "" for nothing. */
	std::string_view argument() const noexcept { return host_->argument; }

	void log(camipc_log_level level, CString line) const noexcept
	{
		host_->log(host_, level, line.c_str());
	}

	/** Sets the context of external types, see camipc/external.h; borrowed.
	 *  For the constructor, or created(). */
	[[nodiscard]] int setContext(void *context) const noexcept
	{
		return camipc_host_set_context(host_, context);
	}

	/** @n elements for the outputs of the op that is running; empty without
	 *  memory. Gone once the call was answered. */
	template <typename T> Span<T> allocate(std::size_t n) const noexcept
	{
		static_assert(std::is_trivially_destructible_v<T>,
			      "nobody calls the destructors of outputs");
		T *const items = static_cast<T *>(
			camipc_host_alloc(host_, n, sizeof(T)));

		if (!items)
			return Span<T>();
		std::uninitialized_value_construct_n(items, n);
		return Span<T>(items, n);
	}

	/** A text for the outputs of the op that is running. */
	CString allocateText(std::string_view text) const noexcept
	{
		char *const copied = static_cast<char *>(
			camipc_host_alloc(host_, text.size() + 1, 1));

		if (copied && !text.empty())
			std::memcpy(copied, text.data(), text.size());
		return CString(copied);
	}

	/**
	 * Runs an op. An exception fails its call with -EREMOTEIO and
	 * CAMIPC_REASON_EXCEPTION. For generated code.
	 */
	template <typename F> std::int32_t run_(const char *name, F &&op)
	{
		std::int32_t ret = -EREMOTEIO;
		const auto call = [&] {
			if constexpr (std::is_void_v<decltype(op())>)
				op();
			else
				ret = op();
		};

		guarded(call, [&](const char *what) {
			camipc_host_log(host_, CAMIPC_LOG_ERROR,
					"%s() ended by an exception: %s", name,
					what);
			if (host_->size > offsetof(camipc_host, fail_op) &&
			    host_->fail_op != nullptr)
				host_->fail_op(host_);
		});
		return ret;
	}

private:
	camipc_host *const host_;

	template <typename Class, typename Module>
	friend int createModule(camipc_host *, void **);
};

/** A module's create(): makes a Class, which is a Module. */
template <typename Class, typename Module>
int createModule(camipc_host *host, void **ret_ipa)
{
	int ret = -ENOMEM;

	guarded(
		[&] {
			std::unique_ptr<Module> made(new (std::nothrow)
							     Class(host));

			if (made)
				ret = made->created();
			if (made && ret == 0)
				*ret_ipa = made.release();
		},
		[&](const char *what) {
			ret = -EREMOTEIO;
			camipc_host_log(host, CAMIPC_LOG_ERROR,
					"the module's constructor ended by an "
					"exception: %s",
					what);
		});
	return ret;
}

/** A module's destroy(). */
template <typename Module> void destroyModule(void *ipa)
{
	delete static_cast<Module *>(ipa);
}

/** In place of a table of ops, which a class makes unnecessary. */
struct ModuleOps {
	std::uint32_t size;
};
inline constexpr ModuleOps moduleOps{ sizeof(ModuleOps) };

/** All ops are pure virtual functions: the compiler finds a missing one. */
inline const char *noMissingOp(const void *)
{
	return nullptr;
}

} // namespace camipc

#endif /* CAMIPC_MODULE_HPP */
