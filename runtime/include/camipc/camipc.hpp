/* SPDX-License-Identifier: MIT */
/*
 * What all generated C++ uses: views of C values, descriptors, flags, values
 * that own memory, and errors. Needs C++17, and neither exceptions nor RTTI.
 *
 * A generated class such as cam::Size has one member, the C struct cam_size. A
 * C struct is therefore seen as the class, and a class passed as the C struct,
 * without a copy. What a class refers to (texts, arrays, structs that may be
 * absent) is borrowed, as in C: only Owned and Fd release anything.
 */
#ifndef CAMIPC_CAMIPC_HPP
#define CAMIPC_CAMIPC_HPP

#if __cplusplus < 201703L
#error "camipc's C++ needs C++17: compile with -std=c++17, or use the C headers"
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#if defined(__has_include) && __cplusplus >= 202002L
#if __has_include(<span>)
#include <span>
#endif
#endif

#include <camipc/arena.h>
#include <camipc/error.h>
#include <camipc/fd.h>
#include <camipc/reason.h>

namespace camipc {

/* ---- arrays and texts -------------------------------------------------- */

#if defined(__cpp_lib_span)
/** Elements that somebody else owns. */
template <typename T> using Span = std::span<T>;
#else
/** Elements that somebody else owns; std::span, where the library has it. */
template <typename T> class Span
{
public:
	using element_type = T;
	using value_type = std::remove_cv_t<T>;
	using iterator = T *;

	constexpr Span() noexcept = default;
	constexpr Span(T *items, std::size_t n) noexcept : items_(items), n_(n)
	{
	}
	template <std::size_t N>
	constexpr Span(T (&items)[N]) noexcept : items_(items), n_(N)
	{
	}
	/** Of a container: anything that has data() and size(). */
	template <typename C,
		  typename = std::enable_if_t<std::is_convertible_v<
			  std::remove_pointer_t<decltype(std::declval<C &>()
								 .data())> (*)[],
			  T (*)[]>>,
		  typename = decltype(std::declval<C &>().size())>
	constexpr Span(C &&items) noexcept
		: items_(items.data()), n_(items.size())
	{
	}

	Span(const Span &) noexcept = default;
	Span &operator=(const Span &) noexcept = default;
	~Span() = default;

	constexpr T *data() const noexcept { return items_; }
	constexpr std::size_t size() const noexcept { return n_; }
	constexpr bool empty() const noexcept { return n_ == 0; }
	constexpr T &operator[](std::size_t i) const { return items_[i]; }
	constexpr T &front() const { return items_[0]; }
	constexpr T &back() const { return items_[n_ - 1]; }
	constexpr iterator begin() const noexcept { return items_; }
	constexpr iterator end() const noexcept { return items_ + n_; }

private:
	T *items_ = nullptr;
	std::size_t n_ = 0;
};
#endif

/**
 * A text as C has it: borrowed, with a NUL at its end. Made of a literal or a
 * std::string without a copy, and read as a std::string_view.
 */
class CString
{
public:
	constexpr CString() noexcept = default;
	constexpr CString(const char *text) noexcept : text_(text) {}
	CString(const std::string &text) noexcept : text_(text.c_str()) {}

	CString(const CString &) noexcept = default;
	CString &operator=(const CString &) noexcept = default;
	~CString() = default;

	constexpr const char *c_str() const noexcept { return text_; }
	constexpr std::string_view view() const
	{
		return text_ ? std::string_view(text_) : std::string_view();
	}
	constexpr operator std::string_view() const { return view(); }

	friend bool operator==(const CString &a, std::string_view b)
	{
		return a.view() == b;
	}

private:
	const char *text_ = nullptr;
};

/* ---- flags -------------------------------------------------------------- */

/** A set of flags; E is the generated enum class. */
template <typename E> class Flags
{
public:
	constexpr Flags() noexcept = default;
	constexpr Flags(E flag) noexcept
		: bits_(static_cast<std::uint32_t>(flag))
	{
	}
	constexpr explicit Flags(std::uint32_t bits) noexcept : bits_(bits) {}

	constexpr std::uint32_t bits() const noexcept { return bits_; }

	/** True if one of @flags is set. */
	constexpr bool has(Flags flags) const noexcept
	{
		return (bits_ & flags.bits_) != 0;
	}
	constexpr explicit operator bool() const noexcept { return bits_ != 0; }

	constexpr Flags &operator|=(Flags other) noexcept
	{
		bits_ |= other.bits_;
		return *this;
	}
	constexpr Flags &operator&=(Flags other) noexcept
	{
		bits_ &= other.bits_;
		return *this;
	}
	friend constexpr Flags operator|(Flags a, Flags b) noexcept
	{
		return Flags(a.bits_ | b.bits_);
	}
	friend constexpr Flags operator&(Flags a, Flags b) noexcept
	{
		return Flags(a.bits_ & b.bits_);
	}
	constexpr Flags operator~() const noexcept { return Flags(~bits_); }
	friend constexpr bool operator==(Flags a, Flags b) noexcept
	{
		return a.bits_ == b.bits_;
	}
	friend constexpr bool operator!=(Flags a, Flags b) noexcept
	{
		return a.bits_ != b.bits_;
	}

private:
	std::uint32_t bits_ = 0;
};

/* ---- C values seen as C++, and back: generated code uses these ---------- */

/** A C struct as the class of it. */
template <typename T> const T &view(const typename T::c_type &value) noexcept
{
	static_assert(sizeof(T) == sizeof(typename T::c_type) &&
			      std::is_standard_layout_v<T>,
		      "a class has one member, the C struct");
	return *reinterpret_cast<const T *>(&value);
}

template <typename T> T &view(typename T::c_type &value) noexcept
{
	return *reinterpret_cast<T *>(&value);
}

/** The same for one that may be absent. */
template <typename T> const T *view(const typename T::c_type *value) noexcept
{
	return reinterpret_cast<const T *>(value);
}

/** The C struct of a class that may be absent. */
template <typename T>
const typename T::c_type *cPointer(const T *value) noexcept
{
	return value ? &value->c() : nullptr;
}

/** A C array as one of the C++ type that looks the same in memory. */
template <typename T, typename C>
Span<const T> span(const C *items, std::size_t n) noexcept
{
	static_assert(sizeof(T) == sizeof(C), "elements look the same");
	if constexpr (std::is_same_v<T, C>)
		return Span<const T>(items, n);
	else
		return Span<const T>(reinterpret_cast<const T *>(items), n);
}

/** And back. */
template <typename C, typename T>
const C *items(const Span<const T> &elements) noexcept
{
	static_assert(sizeof(T) == sizeof(C), "elements look the same");
	if constexpr (std::is_same_v<T, C>)
		return elements.data();
	else
		return reinterpret_cast<const C *>(elements.data());
}

/** An array of fixed length, row by row if it has several dimensions. */
template <typename T, std::size_t N, typename C>
const std::array<T, N> &fixed(const C *items) noexcept
{
	return *reinterpret_cast<const std::array<T, N> *>(items);
}

/** And back; C is the type of a row, if it has several dimensions. */
template <typename C, typename T, std::size_t N>
const C *rows(const std::array<T, N> &elements) noexcept
{
	if constexpr (std::is_same_v<T, C>)
		return elements.data();
	else
		return reinterpret_cast<const C *>(elements.data());
}

inline std::string_view text(const char *value) noexcept
{
	return CString(value).view();
}

inline std::optional<std::string_view> optionalText(const char *value) noexcept
{
	return value ? std::optional<std::string_view>(value) : std::nullopt;
}

inline const char *cText(const std::optional<CString> &value) noexcept
{
	return value ? value->c_str() : nullptr;
}

template <typename T> std::optional<T> optional(bool has, T value) noexcept
{
	return has ? std::optional<T>(value) : std::nullopt;
}

/* ---- maps ----------------------------------------------------------------- */

/**
 * Returns the entry of a map with this key, or nullptr. Entries are in
 * ascending order of their keys, as every map that was received is.
 */
template <typename Entry, typename Key>
const Entry *find(Span<const Entry> entries, const Key &key)
{
	const Entry *const first = entries.data();
	const Entry *const last = first + entries.size();
	const Entry *const found = std::lower_bound(
		first, last, key, [](const Entry &entry, const Key &wanted) {
			return entry.key() < wanted;
		});

	return found != last && !(key < found->key()) ? found : nullptr;
}

/** Sorts the entries of a map by key, as calls require. */
template <typename Entry> void sort(Span<Entry> entries)
{
	std::sort(entries.data(), entries.data() + entries.size(),
		  [](const Entry &a, const Entry &b) {
			  return a.key() < b.key();
		  });
}

/* ---- what owns something ---------------------------------------------------- */

/** A descriptor that is closed at the end. Move-only. */
class Fd
{
public:
	Fd() noexcept = default;
	/** Takes @fd. */
	explicit Fd(int fd) noexcept : fd_(fd) {}
	Fd(Fd &&other) noexcept : fd_(other.release()) {}
	Fd &operator=(Fd &&other) noexcept
	{
		if (this != &other)
			reset(other.release());
		return *this;
	}
	Fd(const Fd &) = delete;
	Fd &operator=(const Fd &) = delete;
	~Fd() { reset(); }

	/** Keeps a descriptor that a callback or an op only borrows. Not valid
	 *  if the process has no room for another descriptor. */
	[[nodiscard]] static Fd duplicate(int borrowed) noexcept
	{
		const int fd = camipc_fd_dup(borrowed);

		return Fd(fd < 0 ? -1 : fd);
	}

	int get() const noexcept { return fd_; }
	bool isValid() const noexcept { return fd_ >= 0; }
	[[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
	void reset(int fd = -1) noexcept
	{
		const int old = std::exchange(fd_, fd);

		if (old >= 0)
			camipc_clear_fd(old);
	}

private:
	int fd_ = -1;
};

/**
 * A value with everything that it refers to: the outputs of a call, or a copy.
 * Released at the end. Move-only; use it like a pointer. A large value is on
 * the heap, others are inside.
 */
template <typename T> class Owned
{
	static constexpr bool isLarge = sizeof(T) > 1024;

public:
	Owned() : value_()
	{
		if constexpr (isLarge)
			value_.reset(new (std::nothrow) T());
	}
	Owned(Owned &&other) noexcept : value_(std::move(other.value_))
	{
		other.forget();
	}
	Owned &operator=(Owned &&other) noexcept
	{
		if (this != &other) {
			clear();
			value_ = std::move(other.value_);
			other.forget();
		}
		return *this;
	}
	Owned(const Owned &) = delete;
	Owned &operator=(const Owned &) = delete;
	~Owned() { clear(); }

	const T &operator*() const noexcept { return *get(); }
	const T *operator->() const noexcept { return get(); }
	const T *get() const noexcept
	{
		if constexpr (isLarge)
			return value_.get();
		else
			return &value_;
	}

	/** Where a call puts it; nullptr without memory for a large one. For
	 *  generated code. */
	typename T::c_type *target() noexcept
	{
		if constexpr (isLarge)
			return value_ ? &value_->c() : nullptr;
		else
			return &value_.c();
	}

private:
	void clear() noexcept
	{
		if (target())
			T::clear(*target());
	}
	void forget() noexcept
	{
		if constexpr (!isLarge)
			value_ = T();
	}

	std::conditional_t<isLarge, std::unique_ptr<T>, T> value_;
};

/* ---- errors ----------------------------------------------------------------- */

/**
 * How something ended. True if it failed: "if (camipc::Error error =
 * ipa.start()) …".
 */
class [[nodiscard]] Error
{
public:
	/** Success, or the failure @code, a negative errno. */
	explicit Error(int code = 0,
		       camipc_reason reason = CAMIPC_REASON_NONE) noexcept
		: code_(code), reason_(reason)
	{
	}
	/** What the IPA itself returned. */
	static Error ofIpa(int code, std::int32_t result) noexcept
	{
		Error error(code);

		error.isOfIpa_ = true;
		error.result_ = result;
		return error;
	}
	/** An argument that the interface does not allow: @field, a constant. */
	static Error ofField(int code, camipc_reason reason,
			     const char *field) noexcept
	{
		Error error(code, reason);

		error.field_ = field;
		return error;
	}

	Error(const Error &) noexcept = default;
	Error &operator=(const Error &) noexcept = default;
	~Error() = default;

	explicit operator bool() const noexcept { return code_ < 0; }

	/** A negative errno; on success 0, or what the IPA returned. */
	int code() const noexcept { return code_; }
	camipc_reason reason() const noexcept { return reason_; }
	/** True if the IPA returned it, and not the library. */
	bool isOfIpa() const noexcept { return isOfIpa_; }
	/** The argument that was wrong, or nullptr. */
	const char *field() const noexcept { return field_; }

	/** In words: "the IPA is gone (the worker exited)". */
	std::string text() const
	{
		if (isOfIpa_)
			return std::string("the IPA returned ") +
			       camipc_result_to_string(result_);
		std::string words = camipc_strerror(code_);

		if (field_)
			words += std::string(": ") + field_;
		else if (reason_ != CAMIPC_REASON_NONE)
			words += std::string(" (") +
				 camipc_reason_to_string(reason_) + ")";
		return words;
	}

private:
	int code_ = 0;
	camipc_reason reason_ = CAMIPC_REASON_NONE;
	bool isOfIpa_ = false;
	std::int32_t result_ = 0;
	const char *field_ = nullptr;
};

/** A value, or the error in its place. True if there is a value. */
template <typename T> class [[nodiscard]] Result
{
public:
	Result(const Error &error) : error_(error), value_() {}
	Result(T value) noexcept : error_(), value_(std::move(value)) {}
	/** A value, and what the IPA returned with it. */
	Result(const Error &success, T value) noexcept
		: error_(success), value_(std::move(value))
	{
	}

	explicit operator bool() const noexcept { return !error_; }
	const Error &error() const noexcept { return error_; }

	/* The value; without one, an empty one. */
	T &value() noexcept { return value_; }
	const T &value() const noexcept { return value_; }
	T &operator*() noexcept { return value_; }
	const T &operator*() const noexcept { return value_; }

	/* Members of the value, or of what it owns: result->size(). */
	auto operator->() noexcept { return member(value_); }
	auto operator->() const noexcept { return member(value_); }

private:
	template <typename U> static U *member(U &value) noexcept
	{
		return &value;
	}
	template <typename U>
	static const U *member(const Owned<U> &value) noexcept
	{
		return value.get();
	}
	template <typename U> static const U *member(Owned<U> &value) noexcept
	{
		return value.get();
	}

	Error error_;
	T value_;
};

/** A deep copy of a generated value, with duplicates of its descriptors. */
template <typename T> Result<Owned<T>> copy(const T &value)
{
	Owned<T> copied;
	const int ret = copied.target() ? T::copy(*copied.target(), value.c())
					: -ENOMEM;

	if (ret < 0)
		return Error(ret);
	return copied;
}

} // namespace camipc

#endif /* CAMIPC_CAMIPC_HPP */
