/* SPDX-License-Identifier: MIT */
/*
 * What generated values in C++ use: structs of std::string, std::vector,
 * std::map and std::optional that own what they contain, and are written to a
 * message as they are. Needs C++17, and neither exceptions nor RTTI.
 */
#ifndef CAMIPC_VALUES_HPP
#define CAMIPC_VALUES_HPP

#include <cstdlib>
#include <map>
#include <variant>
#include <vector>

#include <camipc/camipc.hpp>
#include <camipc/check.h>
#include <camipc/external.h>
#include <camipc/interface.h>
#include <camipc/wire.h>

namespace camipc {

/* ---- values --------------------------------------------------------------- */

/**
 * A value that may be absent, like std::optional, but on the heap: for a type
 * that contains itself.
 */
template <typename T> class Nested
{
public:
	Nested() noexcept = default;
	Nested(std::nullopt_t) noexcept {}
	Nested(T value) : value_(std::make_unique<T>(std::move(value))) {}
	Nested(const Nested &other)
		: value_(other ? std::make_unique<T>(*other) : nullptr)
	{
	}
	Nested(Nested &&other) noexcept = default;
	Nested &operator=(const Nested &other)
	{
		if (this != &other)
			value_ = other ? std::make_unique<T>(*other) : nullptr;
		return *this;
	}
	Nested &operator=(Nested &&other) noexcept = default;
	~Nested() = default;

	bool has_value() const noexcept { return value_ != nullptr; }
	explicit operator bool() const noexcept { return has_value(); }
	T &operator*() noexcept { return *value_; }
	const T &operator*() const noexcept { return *value_; }
	T *operator->() noexcept { return value_.get(); }
	const T *operator->() const noexcept { return value_.get(); }
	void reset() noexcept { value_.reset(); }

	friend bool operator==(const Nested &a, const Nested &b)
	{
		return a && b ? *a == *b : a.has_value() == b.has_value();
	}
	friend bool operator!=(const Nested &a, const Nested &b)
	{
		return !(a == b);
	}

private:
	std::unique_ptr<T> value_{};
};

/** A struct of another library, with what it refers to: see
 *  camipc/external.h. Use it like a pointer. */
template <typename T, const camipc_type_info &Type> class External
{
public:
	External() noexcept : value_() { camipc_init_external(&Type, &value_); }
	explicit External(const T &value) : value_(value) { copy(); }
	External(const External &other) : value_(other.value_) { copy(); }
	External(External &&other) noexcept : External()
	{
		std::swap(value_, other.value_);
	}
	External &operator=(const External &other)
	{
		return *this = External(other);
	}
	External &operator=(External &&other) noexcept
	{
		std::swap(value_, other.value_);
		return *this;
	}
	~External() { camipc_clear_external(&Type, &value_); }

	/* Pointers in the value must be to memory that camipc_copy_array() and
	 * the like have returned for a heap arena. */
	T &operator*() noexcept { return value_; }
	const T &operator*() const noexcept { return value_; }
	T *operator->() noexcept { return &value_; }
	const T *operator->() const noexcept { return &value_; }

	friend bool operator==(const External &a, const External &b)
	{
		if (Type.external->equal)
			return Type.external->equal(&a.value_, &b.value_);
		return a.bytes() == b.bytes();
	}
	friend bool operator!=(const External &a, const External &b)
	{
		return !(a == b);
	}

private:
	void copy()
	{
		camipc_arena heap;

		camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
		camipc_copy_external(&heap, &Type, &value_);
		if (!heap.error)
			return;
		camipc_clear_external(&Type, &value_);
#ifdef __cpp_exceptions
		throw std::bad_alloc();
#else
		std::abort();
#endif
	}

	/** Its encoding; empty if it has none. */
	std::vector<std::uint8_t> bytes() const
	{
		camipc_check check{};
		camipc_writer writer;

		camipc_check_external(&check, &Type, &value_, "");
		std::vector<std::uint8_t> found(check.wire + CAMIPC_WRITE_ROOM);

		camipc_writer_init(&writer, found.data(), found.size(), nullptr,
				   0);
		writer.pos = camipc_put_external(&writer, writer.pos, 1, &Type,
						 &value_);
		found.resize(check.error || writer.pos > writer.end
				     ? 0
				     : camipc_writer_size(&writer));
		return found;
	}

	T value_;
};

/** Descriptors are equal if both are absent, or both are the same one. */
inline bool operator==(const Fd &a, const Fd &b) noexcept
{
	return a.get() == b.get();
}

inline bool operator!=(const Fd &a, const Fd &b) noexcept
{
	return !(a == b);
}

/* ---- from what events, completions and outputs show ------------------------ */


template <typename T, typename = void> struct IsStruct : std::false_type {
};
template <typename T>
struct IsStruct<T, std::void_t<decltype(&T::copy)>> : std::true_type {
};

/* A generated class around an array; a struct may have a member "items". */
template <typename T, typename = void> struct IsArrayView : std::false_type {
};
template <typename T>
struct IsArrayView<T, std::void_t<decltype(std::declval<const T &>().items())>>
	: std::bool_constant<!IsStruct<T>::value> {
};

/*
 * assign(): makes a value equal to what a view shows: a deep copy, with
 * duplicates of its descriptors. All are declared before the first is defined,
 * because they call each other.
 */
template <typename T, typename A, typename From>
void assign(std::vector<T, A> &to, const From &from);
template <typename K, typename V, typename C, typename A, typename From>
void assign(std::map<K, V, C, A> &to, const From &from);
template <typename T, std::size_t N, typename From>
void assign(std::array<T, N> &to, const std::array<From, N> &from);
template <typename T, typename From>
void assign(std::optional<T> &to, const From &from);
template <typename T, typename From>
void assign(Nested<T> &to, const From &from);
template <typename T, const camipc_type_info &Type>
void assign(External<T, Type> &to, const T &from);
template <typename T, typename From> void assign(T &to, const From &from);

inline void assign(Fd &to, int from) noexcept
{
	to = Fd::duplicate(from);
}

template <typename T, typename A, typename From>
void assign(std::vector<T, A> &to, const From &from)
{
	if constexpr (IsArrayView<From>::value) {
		assign(to, from.items());
	} else if constexpr (std::is_same_v<T, bool>) {
		to.assign(from.begin(), from.end());
	} else {
		to.clear();
		to.reserve(from.size());
		for (const auto &one : from) {
			to.emplace_back();
			assign(to.back(), one);
		}
	}
}

template <typename K, typename V, typename C, typename A, typename From>
void assign(std::map<K, V, C, A> &to, const From &from)
{
	if constexpr (IsArrayView<From>::value) {
		assign(to, from.items());
	} else {
		to.clear();
		for (const auto &entry : from) {
			K key{};
			V value{};

			assign(key, entry.key());
			assign(value, entry.value());
			to.emplace_hint(to.end(), std::move(key),
					std::move(value));
		}
	}
}

template <typename T, std::size_t N, typename From>
void assign(std::array<T, N> &to, const std::array<From, N> &from)
{
	for (std::size_t i = 0; i < N; i++)
		assign(to[i], from[i]);
}

template <typename T, typename From>
void assign(std::optional<T> &to, const From &from)
{
	to.reset();
	if (from)
		assign(to.emplace(), *from);
}

template <typename T, typename From>
void assign(Nested<T> &to, const From &from)
{
	to.reset();
	if (from) {
		T value{};

		assign(value, *from);
		to = Nested<T>(std::move(value));
	}
}

template <typename T, const camipc_type_info &Type>
void assign(External<T, Type> &to, const T &from)
{
	to = External<T, Type>(from);
}

template <typename T, typename From> void assign(T &to, const From &from)
{
	if constexpr (std::is_same_v<T, std::string>)
		to = std::string_view(from);
	else if constexpr (std::is_same_v<T, From>)
		to = from;
	else if constexpr (IsArrayView<From>::value)
		assign(to, from.items());
	else
		to = toValue(from);
}

/** A value of type T, equal to what a view shows. */
template <typename T, typename From> T valueOf(const From &from)
{
	T value{};

	assign(value, from);
	return value;
}

/* ---- generated codecs use the rest ------------------------------------------ */

inline int number(const Fd &fd) noexcept
{
	return fd.get();
}

inline int number(int fd) noexcept
{
	return fd;
}

/** Descriptors as the numbers that they are. */
template <typename T> const int *numbers(const T &fds) noexcept
{
	static_assert(sizeof(*fds.data()) == sizeof(int),
		      "a descriptor looks like its number");
	return reinterpret_cast<const int *>(fds.data());
}

template <typename T, const camipc_type_info &Type>
const T *address(const External<T, Type> &value) noexcept
{
	return &*value;
}

template <typename T> const T *address(const T &value) noexcept
{
	return &value;
}

/** camipc_check_string() for a text that has a length. */
inline void checkText(camipc_check *check, std::string_view text,
		      std::size_t max_len, const char *field) noexcept
{
	const std::size_t align = CAMIPC_ARENA_ALIGN;

	/* Ten bytes that a tag and a length may take, as in C. */
	camipc_check_wire(check, 10);
	if (text.empty())
		return;
	camipc_check_wire(check, text.size());
	camipc_check_add(&check->decoded,
			 (text.size() + align) / align * align);
	if (text.size() > max_len ||
	    !camipc_text_is_valid(text.data(), text.size()))
		camipc_check_fail(check, -EINVAL, field);
}

/** A nested message, whose fields Codec writes. */
template <typename Codec, typename T>
std::uint8_t *putMessage(camipc_writer *w, std::uint8_t *p, std::uint32_t field,
			 const T &value)
{
	std::uint8_t *const body = camipc_open(w, p, field);

	return camipc_close(w, body, Codec::put(w, body, value));
}

/** A packed array of bool: std::vector has no bytes for them. */
template <typename T>
std::uint8_t *putBools(camipc_writer *w, std::uint8_t *p, std::uint32_t field,
		       const T &values)
{
	if (values.size() == 0)
		return p;

	std::uint8_t *const body = camipc_open(w, p, field);

	p = body;
	for (const bool one : values) {
		if (!camipc_has_room(w, p))
			break;
		p = camipc_write_varint(p, one);
	}
	return camipc_close(w, body, p);
}

/** A copy of @text in @arena, with a NUL at its end. */
inline const char *buildText(camipc_arena *arena, std::string_view text)
{
	if (text.empty())
		return camipc_copy_string(arena, nullptr);

	char *const copy = static_cast<char *>(
		arena->error ? nullptr
			     : camipc_arena_alloc(arena, text.size() + 1));

	if (copy) {
		std::memcpy(copy, text.data(), text.size());
		copy[text.size()] = '\0';
	}
	return copy;
}

/** An array of one element. */
template <typename T> Span<const T> only(const T &value) noexcept
{
	return Span<const T>(&value, 1);
}

/*
 * Copies of arrays in @arena. *n is their number of elements, 0 without memory;
 * nullptr: it is known.
 */

/** Of elements that look the same in C. */
template <typename C, typename T>
const C *buildNumbers(camipc_arena *arena, const T &values, std::size_t *n)
{
	static_assert(sizeof(*values.data()) == sizeof(C),
		      "elements look the same");
	const void *const copy = camipc_copy_array(arena, values.data(),
						   values.size(), sizeof(C));

	*n = copy ? values.size() : 0;
	return static_cast<const C *>(copy);
}

/** Of others: @build makes each. */
template <typename C, typename T, typename F>
const C *buildEach(camipc_arena *arena, const T &values, std::size_t *n,
		   F build)
{
	void *room = nullptr;

	if (!arena->error && values.size() > 0 &&
	    values.size() <= SIZE_MAX / sizeof(C))
		room = camipc_arena_alloc(arena, values.size() * sizeof(C));
	if (n)
		*n = room ? values.size() : 0;
	if (!room)
		return nullptr;
	std::memset(room, 0, values.size() * sizeof(C));

	C *const first = static_cast<C *>(room);
	C *next = first;

	for (const auto &one : values)
		build(one, *next++);
	return first;
}

/** A struct of another library, as its own functions copy it. */
template <const camipc_type_info &Type, typename T>
void buildExternal(camipc_arena *arena, const T &from, T &to)
{
	to = from;
	camipc_copy_external(arena, &Type, &to);
}

/** Of structs. */
template <typename Codec, typename T>
const typename Codec::c_type *buildAll(camipc_arena *arena, const T &values,
				       std::size_t *n)
{
	return buildEach<typename Codec::c_type>(
		arena, values, n, [&](const auto &from, auto &to) {
			Codec::build(arena, from, to);
		});
}

/** The method's type of arguments, for arguments that Codec reads. */
template <typename Codec>
camipc_message_type typeOf(const camipc_message_type &method) noexcept
{
	using Args = typename Codec::value_type;
	camipc_message_type type = method;

	if (method.check)
		type.check = [](camipc_check *check, const void *args) {
			Codec::check(check, *static_cast<const Args *>(args));
		};
	type.encode = [](camipc_writer *w, const void *args) {
		w->pos = Codec::put(w, w->pos, *static_cast<const Args *>(args));
	};
	type.build = [](camipc_arena *arena, const void *args, void *msg) {
		Codec::build(arena, *static_cast<const Args *>(args),
			     *static_cast<typename Codec::c_type *>(msg));
	};
	type.copy = nullptr;
	return type;
}

} // namespace camipc

#endif /* CAMIPC_VALUES_HPP */
