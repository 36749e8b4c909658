/* SPDX-License-Identifier: MIT */
/*
 * The pipeline handler's side of generated C++: what the Proxy classes of all
 * interfaces have in common.
 */
#ifndef CAMIPC_PROXY_HPP
#define CAMIPC_PROXY_HPP

#include <atomic>
#include <functional>

#include <camipc/camipc.hpp>
#include <camipc/guard.hpp>
#include <camipc/log.h>
#include <camipc/proxy.h>

namespace camipc {

/**
 * What C callbacks get as their user pointer: it stays where it is when a Proxy
 * moves, and lives as long as the Proxy, a begun call or a dispatch needs it.
 */
template <typename Events> class Cell
{
public:
	Cell(const char *name, Events *events,
	     std::unique_ptr<Events> owned) noexcept
		: interface_(name), events_(events),
		  owned_(std::move(owned))
	{
	}
	Cell(const Cell &) = delete;
	Cell &operator=(const Cell &) = delete;

	void keep() noexcept { uses_.fetch_add(1, std::memory_order_relaxed); }
	void release() noexcept
	{
		if (uses_.fetch_sub(1, std::memory_order_acq_rel) == 1)
			delete this;
	}

	Events *events() const noexcept { return events_; }
	void setProxy(camipc_proxy *proxy) noexcept { proxy_ = proxy; }
	camipc_proxy *proxy() const noexcept { return proxy_; }
	std::uint64_t exceptions() const noexcept { return exceptions_; }

	/** Runs a callback of the host; an exception ends here. */
	template <typename F> void run(const char *callback, F &&call)
	{
		guarded(std::forward<F>(call), [&](const char *what) {
			exceptions_++;
			camipc_log(CAMIPC_LOG_ERROR, "cxx",
				   "%s: %s ended by an exception: %s",
				   interface_, callback, what);
		});
	}

private:
	~Cell() = default;

	const char *const interface_;
	Events *const events_;
	const std::unique_ptr<Events> owned_;
	camipc_proxy *proxy_ = nullptr;
	std::atomic<std::uint32_t> uses_{ 1 };
	std::atomic<std::uint64_t> exceptions_{ 0 };
};

/** The error of the latest call of @proxy, which returned @ret. */
inline Error errorOf(const camipc_proxy *proxy, int ret)
{
	const char *field = nullptr;

	if (ret >= 0)
		return Error(ret);
	if (!proxy)
		return Error(ret);
	if (camipc_proxy_last_error(proxy) == 0)
		return Error::ofIpa(ret, camipc_proxy_last_result(proxy));

	const camipc_reason reason = camipc_proxy_last_reason(proxy, &field);

	return Error::ofField(ret, reason, field);
}

/** A call under way, with what the host wants to be called with its end. */
template <typename Events, typename Done> class Pending
{
public:
	Pending(Cell<Events> &cell, Done done)
		: cell_(&cell), done_(std::move(done))
	{
		cell.keep();
	}
	Pending(const Pending &) = delete;
	Pending &operator=(const Pending &) = delete;
	~Pending() { cell_->release(); }

	/** The C completion of calls without outputs. */
	static void finish(void *user, int ret)
	{
		const std::unique_ptr<Pending> self(
			static_cast<Pending *>(user));

		self->cell_->run("a completion", [&] {
			self->done_(errorOf(self->cell_->proxy(), ret));
		});
	}

	/** The C completion of calls with outputs. */
	template <typename Outs>
	static void finishWith(void *user, int ret,
			       const typename Outs::c_type *outs)
	{
		const std::unique_ptr<Pending> self(
			static_cast<Pending *>(user));

		self->cell_->run("a completion", [&] {
			self->done_(errorOf(self->cell_->proxy(), ret),
				    view<Outs>(outs));
		});
	}

	/*
	 * The same as camipc_proxy_begin_as() takes them; the function that
	 * they could call is ignored.
	 */
	static void complete(void (*)(), void *user, int ret, const void *)
	{
		finish(user, ret);
	}
	template <typename Outs>
	static void completeWith(void (*)(), void *user, int ret,
				 const void *outs)
	{
		finishWith<Outs>(
			user, ret,
			static_cast<const typename Outs::c_type *>(outs));
	}
	static void ignored() {}

private:
	Cell<Events> *cell_;
	Done done_;
};

/**
 * What every Proxy has. Move-only: a Proxy that was moved from is empty, and its
 * calls fail with -EPIPE. A method of the interface may have the name of a
 * function here and hides it then; ipa.camipc::ProxyBase<…>::state() still
 * reaches it.
 *
 * C is the interface's C type, and Destroy its C function.
 */
template <typename C, typename Events, void (*Destroy)(C *)> class ProxyBase
{
public:
	ProxyBase(ProxyBase &&other) noexcept
		: handle_(std::exchange(other.handle_, nullptr)),
		  cell_(std::exchange(other.cell_, nullptr))
	{
	}
	ProxyBase &operator=(ProxyBase &&other) noexcept
	{
		if (this != &other) {
			destroy();
			handle_ = std::exchange(other.handle_, nullptr);
			cell_ = std::exchange(other.cell_, nullptr);
		}
		return *this;
	}
	ProxyBase(const ProxyBase &) = delete;
	ProxyBase &operator=(const ProxyBase &) = delete;

	/** False once it was moved from or destroyed. */
	explicit operator bool() const noexcept { return handle_ != nullptr; }

	/**
	 * Ends the IPA; the destructor calls it. Pending completions are called
	 * with -ECANCELED. In a callback of this proxy it ends delivery, and
	 * takes effect when the callback returns.
	 */
	void destroy() noexcept
	{
		Cell<Events> *const cell = std::exchange(cell_, nullptr);

		if (!cell)
			return;
		Destroy(handle_);
		handle_ = nullptr;
		cell->release();
	}

	/** The proxy for camipc_proxy_*(); nullptr if this one is empty. */
	camipc_proxy *getProxy() const noexcept
	{
		return cell_ ? cell_->proxy() : nullptr;
	}

	/** A descriptor that polls readable while dispatch() has work; the
	 *  same for the proxy's life. */
	int getFd() const noexcept
	{
		return cell_ ? camipc_proxy_get_fd(getProxy()) : -1;
	}

	/** Delivers events and completions without waiting. The code of a
	 *  success is their number. */
	Error dispatch()
	{
		const Use use(cell_);

		return Error(cell_ ? camipc_proxy_dispatch(cell_->proxy())
				   : -EPIPE);
	}

	/** Makes the calling thread the owner of the proxy. */
	Error adopt() noexcept
	{
		return Error(cell_ ? camipc_proxy_adopt(getProxy()) : -EPIPE);
	}

	/** Sets the context of external types, see camipc/external.h, before the
	 *  first call; borrowed. */
	Error setContext(void *context) noexcept
	{
		return Error(cell_ ? camipc_proxy_set_context(getProxy(), context)
				   : -EPIPE);
	}

	/** Makes all calls that wait or were begun fail with -ECANCELED. */
	void cancel() noexcept
	{
		if (cell_)
			camipc_proxy_cancel(getProxy());
	}

	camipc_state state() const noexcept
	{
		return cell_ ? camipc_proxy_get_state(getProxy())
			     : CAMIPC_STATE_DEAD;
	}

	/** "thread", "process" or "loopback"; "" if this proxy is empty. */
	std::string_view isolation() const noexcept
	{
		return cell_ ? camipc_proxy_get_isolation(getProxy()) : "";
	}

	/** How many callbacks have ended by an exception. */
	std::uint64_t exceptions() const noexcept
	{
		return cell_ ? cell_->exceptions() : 0;
	}

protected:
	ProxyBase(C *ipa, Cell<Events> *cell) noexcept : handle_(ipa), cell_(cell)
	{
	}
	~ProxyBase() { destroy(); }

	/** Keeps the cell while a function runs that calls callbacks. */
	class Use
	{
	public:
		explicit Use(Cell<Events> *cell) noexcept : cell_(cell)
		{
			if (cell_)
				cell_->keep();
		}
		Use(const Use &) = delete;
		Use &operator=(const Use &) = delete;
		~Use()
		{
			if (cell_)
				cell_->release();
		}

	private:
		Cell<Events> *cell_;
	};

	Use use_() const noexcept { return Use(cell_); }

	/** Runs a call of C, unless this proxy is empty. */
	template <typename F> Error called_(F &&call) const
	{
		C *const ipa = handle_;

		return ipa ? errorOf(getProxy(), call(ipa)) : Error(-EPIPE);
	}

	/** The same for a call with outputs. */
	template <typename Outs, typename F>
	Result<Owned<Outs>> calledFor_(F &&call) const
	{
		Owned<Outs> outs;

		if (!outs.target())
			return Error(-ENOMEM, CAMIPC_REASON_NO_MEMORY);

		const Error error = called_(
			[&](C *ipa) { return call(ipa, *outs.target()); });

		if (error)
			return error;
		return Result<Owned<Outs>>(error, std::move(outs));
	}

	/** Begins a call of C that ends with @done. */
	template <typename Done, typename F>
	Error begun_(Done &&done, F &&call) const
	{
		using Call = Pending<Events, std::decay_t<Done>>;

		if (!cell_)
			return Error(-EPIPE);

		std::unique_ptr<Call> pending(new (std::nothrow) Call(
			*cell_, std::forward<Done>(done)));

		if (!pending)
			return Error(-ENOMEM, CAMIPC_REASON_NO_MEMORY);

		const int ret = call(handle_, pending.get());

		if (ret >= 0)
			static_cast<void>(pending.release());
		return errorOf(getProxy(), ret);
	}

private:
	C *handle_ = nullptr;
	Cell<Events> *cell_ = nullptr;
};

} // namespace camipc

#endif /* CAMIPC_PROXY_HPP */
