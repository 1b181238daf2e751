// SPDX-License-Identifier: MIT
// All of usdt-dyn.hpp, for compilers that complain about much; with CASE what must not compile.
#include <usdt-dyn.hpp>

struct order {
    int id;
};

enum class kind : short {
    letter = -3
};

int hpp_use(order &one, std::string_view view, const std::string &text, const char *chars, int n,
            double d);

int hpp_use(order &one, std::string_view view, const std::string &text, const char *chars, int n,
            double d)
{
    usdt_dyn::provider orders{"orders"};
    const usdt_dyn::probe<> idle{orders, "idle"};
    const usdt_dyn::probe<std::int64_t, std::string_view> shipped{orders, "shipped", "id", "to"};
    usdt_dyn::probe<bool, kind, std::uint8_t, float, double, const char *, std::string, order *>
        many{orders, "many"};
    const auto moved = std::move(many);

    (void)orders.set_backing(USDT_DYN_BACKING_MEMFD);
    (void)orders.set_detection(USDT_DYN_DETECT_SEMAPHORE);
    (void)orders.load();
    if (idle.enabled())
        idle.fire();
    shipped.fire(n, view);
    shipped.fire(n, text);
    shipped.fire(n, chars);
    shipped.fire(n, "literal");
    shipped.fire(n, nullptr);
    shipped.fire([&] { return std::tuple{one.id, text + chars}; });
    moved.fire(true, kind::letter, 'x', d, 1.5F, text, view, &one);
#if CASE == 1
    shipped.fire(n);
#elif CASE == 2
    shipped.fire(n, view, n);
#elif CASE == 3
    shipped.fire([&] { return std::tuple{n}; });
#elif CASE == 4
    idle.fire(n);
#elif CASE == 10
    shipped.fire(d, view);
#elif CASE == 11
    shipped.fire(view, view);
#elif CASE == 20
    shipped.fire(n, n);
#elif CASE == 21
    shipped.fire(n, &one);
#elif CASE == 22
    shipped.fire([&] { return std::tuple{n, n}; });
#elif CASE == 30
    moved.fire(true, kind::letter, 'x', n, 1.5F, text, view, &one);
#elif CASE == 40
    moved.fire(true, kind::letter, 'x', d, 1.5F, text, view, n);
#elif CASE == 50
    const usdt_dyn::probe<order> bad{orders, "bad"};
#elif CASE == 51
    const usdt_dyn::probe<int, int> bad{orders, "bad", "one"};
#elif CASE == 52
    using twelve_and_one =
        usdt_dyn::probe<int, int, int, int, int, int, int, int, int, int, int, int, int>;
    const twelve_and_one bad{orders, "bad"};
#elif CASE == 53
    const auto copied = moved;
#endif
    return orders.error() + shipped.error() + (orders.path() == nullptr ? 1 : 0) + orders.unload();
}
