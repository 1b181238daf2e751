// SPDX-License-Identifier: MIT
//
// libusdt-dyn for C++17: providers and probes that own their resources, and probes whose values the
// compiler checks. Header only, on top of <usdt-dyn.h>, whose rules apply here too. Since 0.2.0.
//
//     usdt_dyn::provider orders{"orders"};
//     usdt_dyn::probe<std::int64_t, std::string_view> shipped{orders, "shipped", "id", "to"};
//     orders.load();
//
//     shipped.fire(42, name);
//     // The function is called only while a tracer is attached.
//     shipped.fire([&] { return std::tuple{order.id(), make_name(order)}; });
//
// Nothing throws: error() has what failed, or a call returns a negative errno, and a probe that
// could not be created is never enabled. usdt_dyn::check() turns an error into an exception where
// one is wanted.
#ifndef USDT_DYN_HPP
#define USDT_DYN_HPP

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include <usdt-dyn.h>

#if __cplusplus < 201703L
#error "usdt-dyn.hpp needs C++17; usdt-dyn.h and its USDT_DYN_PROBE() can be used from C++11"
#endif

namespace usdt_dyn
{

namespace detail
{

template <typename T>
inline constexpr bool is_sized_string = std::is_same_v<std::decay_t<T>, std::string_view>;

// The kinds that a value can be: those of usdt_dyn_emit() and the strings of C++.
template <typename T>
inline constexpr int kinds = is_sized_string<T> || std::is_same_v<std::decay_t<T>, std::string>
                                 ? USDT_DYN_KIND_STRING
                                 : usdt_dyn_kinds<std::decay_t<T>>::value;

template <typename T> constexpr usdt_dyn_type integer_type()
{
    static_assert(std::is_integral_v<T>,
                  "an argument of a probe is an integer, a float or a double, "
                  "a string (std::string_view) or a pointer");
    constexpr std::array<usdt_dyn_type, 9> of_size = {
        USDT_DYN_INT8,  USDT_DYN_INT8,  USDT_DYN_INT16, USDT_DYN_INT32, USDT_DYN_INT32,
        USDT_DYN_INT64, USDT_DYN_INT64, USDT_DYN_INT64, USDT_DYN_INT64};

    static_assert(sizeof(T) < of_size.size(), "tracers read integers of 64 bits at most");
    return static_cast<usdt_dyn_type>(of_size[sizeof(T)] + (std::is_signed_v<T> ? 0 : 1));
}

// How a tracer reads an argument of type T.
template <typename T> constexpr usdt_dyn_type type_of()
{
    if constexpr ((kinds<T> & USDT_DYN_KIND_STRING) != 0)
        return USDT_DYN_STRING;
    else if constexpr (std::is_floating_point_v<T>)
        return USDT_DYN_DOUBLE;
    else if constexpr (std::is_pointer_v<T>)
        return USDT_DYN_POINTER;
    else if constexpr (std::is_enum_v<T>)
        return integer_type<std::underlying_type_t<T>>();
    else
        return integer_type<T>();
}

template <typename T> std::uint64_t slot(const T &value) noexcept
{
    if constexpr (is_sized_string<T>)
        return usdt_dyn_value(value.data());
    else if constexpr (std::is_same_v<T, std::string>)
        return usdt_dyn_value(value.c_str());
    else
        return usdt_dyn_value(value);
}

// A view need not end with a NUL, and whether it does is unknown without reading past its end.
template <typename T> std::size_t length([[maybe_unused]] const T &value) noexcept
{
    if constexpr (is_sized_string<T>)
        return value.size();
    else
        return USDT_DYN_NUL_TERMINATED;
}

template <typename Argument, typename Value> constexpr void check_kind()
{
    constexpr int wanted = USDT_DYN_KIND_OF_TYPE(type_of<Argument>());
    constexpr bool fits = (kinds<Value> & wanted) != 0;

    static_assert(fits || wanted != USDT_DYN_KIND_INTEGER, "a value " USDT_DYN_MUST_BE_INTEGER);
    static_assert(fits || wanted != USDT_DYN_KIND_FLOATING, "a value " USDT_DYN_MUST_BE_FLOATING);
    static_assert(fits || wanted != USDT_DYN_KIND_STRING,
                  "a value must be a string: std::string_view, std::string, char * or nullptr");
    static_assert(fits || wanted != USDT_DYN_KIND_POINTER, "a value " USDT_DYN_MUST_BE_POINTER);
}

template <typename T> inline constexpr bool is_tuple = false;
template <typename... T> inline constexpr bool is_tuple<std::tuple<T...>> = true;

template <typename... T> constexpr bool makes_tuple()
{
    if constexpr (sizeof...(T) == 1 && (std::is_invocable_v<T> && ...))
        return (is_tuple<std::decay_t<std::invoke_result_t<T>>> && ...);
    else
        return false;
}

// A provider with several owners, the last of which frees it. Like std::shared_ptr, but it never
// throws.
class owner
{
  public:
    owner() noexcept = default;
    // If there is no memory, it owns nothing and frees the provider.
    explicit owner(usdt_dyn_provider *provider) noexcept
        : provider_(provider), count_(new (std::nothrow) std::atomic<std::size_t>(1))
    {
        if (count_ == nullptr) {
            usdt_dyn_provider_free(provider_);
            provider_ = nullptr;
        }
    }
    owner(const owner &other) noexcept : provider_(other.provider_), count_(other.count_)
    {
        if (count_ != nullptr)
            count_->fetch_add(1, std::memory_order_relaxed);
    }
    owner(owner &&other) noexcept
        : provider_(std::exchange(other.provider_, nullptr)),
          count_(std::exchange(other.count_, nullptr))
    {
    }
    owner &operator=(owner other) noexcept
    {
        std::swap(provider_, other.provider_);
        std::swap(count_, other.count_);
        return *this;
    }
    ~owner()
    {
        if (count_ != nullptr && count_->fetch_sub(1, std::memory_order_acq_rel) == 1) {
            usdt_dyn_provider_free(provider_);
            delete count_;
        }
    }

    [[nodiscard]] usdt_dyn_provider *get() const noexcept
    {
        return provider_;
    }

  private:
    usdt_dyn_provider *provider_ = nullptr;
    std::atomic<std::size_t> *count_ = nullptr;
};

// What a probe that was not created points to: never enabled.
inline const volatile std::uint16_t zero = 0;
inline const usdt_dyn_probe never = {&zero, 0};

} // namespace detail

// Throws std::system_error with the sentence of the last failure if the result is an error.
// Otherwise returns the result.
#if defined(__cpp_exceptions)
inline int check(int result)
{
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), usdt_dyn_last_error());
    return result;
}
#endif

// A group of probes. It lives until the provider and all of its probes are destroyed, in any order.
class provider
{
  public:
    // If it could not be created, it has an error(), and so do its probes.
    explicit provider(const char *name) noexcept
    {
        usdt_dyn_provider *made = nullptr;

        error_ = usdt_dyn_provider_new(&made, name);
        owner_ = detail::owner(made);
        if (error_ == 0 && owner_.get() == nullptr)
            error_ = -ENOMEM;
    }
    explicit provider(const std::string &name) noexcept : provider(name.c_str())
    {
    }
    provider(const provider &) = delete;
    provider &operator=(const provider &) = delete;
    provider(provider &&) noexcept = default;
    provider &operator=(provider &&) noexcept = default;
    ~provider() = default;

    // 0 or a negative errno.
    [[nodiscard]] int error() const noexcept
    {
        return error_;
    }

    // Like usdt_dyn_provider_load() and so on; -EINVAL if it was moved or could not be created.
    int load() noexcept
    {
        return usdt_dyn_provider_load(get());
    }
    int unload() noexcept
    {
        return usdt_dyn_provider_unload(get());
    }
    int set_detection(usdt_dyn_detection how) noexcept
    {
        return usdt_dyn_provider_set_detection(get(), how);
    }
    int set_backing(usdt_dyn_backing how) noexcept
    {
        return usdt_dyn_provider_set_backing(get(), how);
    }
    [[nodiscard]] const char *path() const noexcept
    {
        return usdt_dyn_provider_path(get());
    }

    // For the functions of <usdt-dyn.h>, such as usdt_dyn_watch_add(). May be nullptr.
    [[nodiscard]] usdt_dyn_provider *get() const noexcept
    {
        return owner_.get();
    }

  private:
    template <typename...> friend class probe;

    detail::owner owner_;
    int error_ = 0;
};

// A probe. Its arguments are integers, bool and enumerations, float and double, pointers, and
// strings: std::string_view, std::string or const char *.
template <typename... Arguments> class probe
{
    static_assert(sizeof...(Arguments) <= USDT_DYN_MAX_ARGS, "a probe has at most 12 arguments");

  public:
    // A probe that is never enabled.
    probe() noexcept = default;

    // Adds the probe to the provider, like usdt_dyn_provider_add_probe(). There is a name for each
    // argument, or none: then they are arg0, arg1 and so on.
    template <typename... Names>
    probe(const provider &group, const char *name, Names... names) noexcept : owner_(group.owner_)
    {
        static_assert(sizeof...(Names) == sizeof...(Arguments) || sizeof...(Names) == 0,
                      "a probe has a name for each of its arguments, or for none");
        static_assert((std::is_convertible_v<Names, const char *> && ...),
                      "the name of an argument is a const char *");
        add(name, {names...}, sizeof...(Names) == sizeof...(Arguments));
    }
    probe(const probe &) = delete;
    probe &operator=(const probe &) = delete;
    probe(probe &&other) noexcept
        : owner_(std::move(other.owner_)), probe_(std::exchange(other.probe_, &detail::never)),
          error_(std::exchange(other.error_, 0))
    {
    }
    probe &operator=(probe &&other) noexcept
    {
        if (this != &other) {
            probe_ = std::exchange(other.probe_, &detail::never);
            error_ = std::exchange(other.error_, 0);
            owner_ = std::move(other.owner_);
        }
        return *this;
    }
    ~probe() = default;

    // 0 or a negative errno: what adding it returned.
    [[nodiscard]] int error() const noexcept
    {
        return error_;
    }

    // Tells whether a tracer is attached.
    [[nodiscard]] bool enabled() const noexcept
    {
        return usdt_dyn_enabled(probe_);
    }

    // Fires the probe if a tracer is attached, with a value for each argument, or with the
    // std::tuple that a function returns, which is called only then. Returns whether the probe
    // fired. A string_view is copied, only then, up to 4095 bytes (see
    // usdt_dyn_probe_fire_sized()); other strings are not.
    template <typename... Values> bool fire(const Values &...values) const
    {
        if (!enabled())
            return false;
        if constexpr (detail::makes_tuple<const Values &...>())
            return std::apply([this](const auto &...made) { return this->fire_values(made...); },
                              (values(), ...));
        else
            return fire_values(values...);
    }

  private:
    static constexpr std::size_t count = sizeof...(Arguments);

    void add(const char *name, std::array<const char *, count> names, bool has_names) noexcept
    {
        constexpr std::array<const char *, USDT_DYN_MAX_ARGS> numbered = {
            "arg0", "arg1", "arg2", "arg3", "arg4",  "arg5",
            "arg6", "arg7", "arg8", "arg9", "arg10", "arg11"};
        constexpr std::array<usdt_dyn_type, count> types = {detail::type_of<Arguments>()...};
        std::array<usdt_dyn_arg, count> args = {};
        usdt_dyn_probe *made = nullptr;

        for (std::size_t i = 0; i < count; i++)
            args[i] = {has_names ? names[i] : numbered[i], types[i]};
        error_ = usdt_dyn_provider_add_probe(owner_.get(), &made, name, args.data(), count);
        if (error_ == 0)
            probe_ = made;
    }

    template <typename... Values> bool fire_values(const Values &...values) const noexcept
    {
        static_assert(sizeof...(Values) == count,
                      "the number of values is not that of the probe's arguments");
        if constexpr (sizeof...(Values) == count) {
            (detail::check_kind<Arguments, Values>(), ...);
            const std::array<std::uint64_t, count> slots = {detail::slot(values)...};
            if constexpr ((detail::is_sized_string<Values> || ...)) {
                const std::array<std::size_t, count> lengths = {detail::length(values)...};

                return usdt_dyn_probe_fire_sized(probe_, slots.data(), lengths.data(), count,
                                                 nullptr, 0) == 1;
            } else {
                return usdt_dyn_probe_fire_sized(probe_, slots.data(), nullptr, count, nullptr,
                                                 0) == 1;
            }
        }
        return false;
    }

    detail::owner owner_;
    const usdt_dyn_probe *probe_ = &detail::never;
    int error_ = 0;
};

} // namespace usdt_dyn

#endif // USDT_DYN_HPP
