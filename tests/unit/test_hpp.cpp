// SPDX-License-Identifier: MIT
// usdt-dyn.hpp: what is made, what becomes of each kind of value, and who owns what. Without a
// tracer, as in test_fire.c. What does not compile is in tests/consumer/refused.sh.
extern "C" {
#include "test.h"
}

#include <memory>
#include <new>
#include <stdexcept>
#include <usdt-dyn.hpp>

#include "hpp_site.h"

namespace
{

bool has_memory = true;

enum class Kind : short {
    letter = -3
};

struct order {
    unsigned int weight : 5;
};

void names_and_types_are_those_of_the_arguments(void **)
{
    usdt_dyn::provider group{std::string("unit")};
    const usdt_dyn::probe<std::int64_t, std::string_view> shipped{group, "shipped", "id", "to"};
    const usdt_dyn::probe<> idle{group, "idle"};
    const usdt_dyn::probe<bool, std::int8_t, std::uint8_t, Kind, unsigned short, int, unsigned int,
                          unsigned long long, float, std::string, const char *, order *>
        twelve{group, "twelve"};

    assert_int_equal(group.error() + shipped.error() + idle.error() + twelve.error(), 0);
    assert_string_equal(hpp_describe(group.get(), 0), "shipped id=6 to=9");
    assert_string_equal(hpp_describe(group.get(), 1), "idle");
    assert_string_equal(hpp_describe(group.get(), 2),
                        "twelve arg0=1 arg1=0 arg2=1 arg3=2 arg4=3 arg5=4 arg6=5 arg7=7 arg8=10 "
                        "arg9=9 arg10=9 arg11=8");
}

void values_arrive(void **)
{
    usdt_dyn::provider group{"unit"};
    const usdt_dyn::probe<bool, Kind, int, double, order *, char> probe{group, "p"};
    order one = {17};

    assert_int_equal(group.load(), 0);
    assert_false(probe.fire(true, Kind::letter, one.weight, 2.5F, &one, 'x'));
    hpp_enable(group.get(), 0);
    assert_true(probe.enabled());
    assert_true(probe.fire(true, Kind::letter, one.weight, 2.5F, &one, 'x'));
    assert_true(hpp_value(0) == 1 && hpp_value(1) == static_cast<std::uint64_t>(-3));
    assert_true(hpp_value(2) == 17 && hpp_value(3) == usdt_dyn_f64(2.5));
    assert_true(hpp_value(4) == reinterpret_cast<std::uintptr_t>(&one) && hpp_value(5) == 'x');
}

// No byte behind a view is read; one that is not copied is its own address.
void strings_arrive_and_only_views_are_copied(void **)
{
    usdt_dyn::provider group{"unit"};
    const usdt_dyn::probe<std::string_view, std::string, const char *, std::string_view> probe{
        group, "p"};
    const std::string text = "a string that is too long for its object";
    const auto bytes = std::make_unique<char[]>(5); // without a NUL; a sanitizer guards its end

    std::string_view("bread").copy(bytes.get(), 5);
    assert_int_equal(group.load(), 0);
    hpp_enable(group.get(), 0);
    assert_true(probe.fire(std::string_view(bytes.get(), 5), text, "literal", nullptr));
    assert_string_equal(hpp_text(0), "bread");
    assert_true(hpp_value(0) != reinterpret_cast<std::uintptr_t>(bytes.get()));
    assert_true(hpp_value(1) == reinterpret_cast<std::uintptr_t>(text.c_str()));
    assert_string_equal(hpp_text(2), "literal");
    assert_true(hpp_value(3) == 0);
    assert_true(probe.fire(std::string_view(), std::string(), text.c_str(), "view"));
    assert_true(hpp_value(0) == 0);
    assert_string_equal(hpp_text(3), "view");
    assert_true(
        probe.fire(std::string_view(), text, "", std::string_view(std::string(50000, 'x'))));
    assert_true(hpp_text(3) == std::string(4095, 'x'));
}

void a_function_is_called_only_while_traced(void **)
{
    usdt_dyn::provider group{"unit"};
    const usdt_dyn::probe<int, std::string_view> probe{group, "p"};
    int calls = 0;
    const auto make = [&] { return std::tuple{++calls, std::string("made for the tracer only")}; };

    assert_int_equal(group.load(), 0);
    assert_false(probe.fire(make));
    assert_int_equal(calls, 0);
    hpp_enable(group.get(), 0);
    assert_true(probe.fire(make));
    assert_int_equal(calls, 1);
    assert_true(hpp_value(0) == 1);
    assert_string_equal(hpp_text(1), "made for the tracer only");
    assert_true(probe.fire([&]() -> std::tuple<int, std::string_view> { return {7, "a view"}; }));
    assert_string_equal(hpp_text(1), "a view");

    // What the program's function throws is the program's.
    const int before = hpp_calls();
    bool is_caught = false;
    try {
        probe.fire([]() -> std::tuple<int, const char *> { throw std::runtime_error("mine"); });
    } catch (const std::runtime_error &) {
        is_caught = true;
    }
    assert_true(is_caught);
    assert_int_equal(hpp_calls(), before);
}

void what_failed_is_never_enabled(void **)
{
    usdt_dyn::provider bad{"no good name"};
    const usdt_dyn::probe<int> orphan{bad, "p"};
    usdt_dyn::provider group{"unit"};
    const usdt_dyn::probe<int> first{group, "p"}, second{group, "p"}, none;

    assert_int_equal(bad.error(), -EINVAL);
    assert_null(bad.get());
    assert_int_equal(bad.load(), -EINVAL);
    assert_int_equal(bad.unload(), -EINVAL);
    assert_null(bad.path());
    assert_int_equal(orphan.error(), -EINVAL);
    assert_int_equal(second.error(), -EEXIST);
    assert_int_equal(none.error(), 0);
    assert_false(orphan.fire(1) || second.fire(1) || none.fire(1));
    assert_int_equal(group.load(), 0);
    hpp_enable(group.get(), 0);
    assert_true(first.fire(1));
    assert_false(orphan.enabled() || second.enabled() || none.enabled());
}

void no_memory_is_an_error(void **)
{
    has_memory = false;
    usdt_dyn::provider group{"unit"};
    has_memory = true;

    assert_int_equal(group.error(), -ENOMEM);
    assert_null(group.get());
}

void what_is_moved_goes_on(void **)
{
    usdt_dyn::provider first{"unit"};
    usdt_dyn::probe<int> probe{first, "p"}, other;
    usdt_dyn_provider *const handle = first.get();

    static_assert(!std::is_copy_constructible_v<usdt_dyn::provider>);
    static_assert(!std::is_copy_assignable_v<usdt_dyn::provider>);
    static_assert(!std::is_copy_constructible_v<usdt_dyn::probe<int>>);
    static_assert(!std::is_copy_assignable_v<usdt_dyn::probe<int>>);
    static_assert(std::is_nothrow_move_constructible_v<usdt_dyn::probe<int>>);

    assert_int_equal(first.load(), 0);
    hpp_enable(handle, 0);
    usdt_dyn::provider second{std::move(first)};
    other = std::move(probe);
    assert_ptr_equal(second.get(), handle);
    assert_null(first.get());
    assert_int_equal(first.load(), -EINVAL);
    assert_true(other.fire(1));
    assert_false(probe.fire(1));
    probe = std::move(other);
    assert_true(probe.fire(2) && !other.fire(2));
}

int count_live(const usdt_dyn_live_probe *, void *count)
{
    ++*static_cast<int *>(count);
    return 0;
}

int live_probes()
{
    int count = 0;

    assert_int_equal(usdt_dyn_each(count_live, &count), 0);
    return count;
}

void the_last_owner_frees(void **)
{
    auto group = std::make_unique<usdt_dyn::provider>("unit");
    auto probe = std::make_unique<usdt_dyn::probe<int>>(*group, "p");

    assert_int_equal(group->load(), 0);
    hpp_enable(group->get(), 0);
    group.reset();
    assert_true(probe->fire(1)); // its provider is there
    assert_int_equal(live_probes(), 1);
    probe.reset();
    assert_int_equal(live_probes(), 0);
}

void an_exception_is_to_be_had(void **)
{
    const usdt_dyn::provider group{"unit"};
    bool is_caught = false;

    assert_int_equal(usdt_dyn::check(group.error()), 0);
    assert_int_equal(usdt_dyn::check(7), 7);
    try {
        usdt_dyn::check(usdt_dyn::provider{"9"}.error());
    } catch (const std::system_error &error) {
        is_caught = error.code() == std::errc::invalid_argument &&
                    std::string(error.what()).find("\"9\"") != std::string::npos;
    }
    assert_true(is_caught);
}

} // namespace

// The header asks for memory in one way.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return has_memory ? ::operator new(size) : nullptr;
}

int main()
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_types_are_those_of_the_arguments),
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(strings_arrive_and_only_views_are_copied),
        cmocka_unit_test(a_function_is_called_only_while_traced),
        cmocka_unit_test(what_failed_is_never_enabled),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(what_is_moved_goes_on),
        cmocka_unit_test(the_last_owner_frees),
        cmocka_unit_test(an_exception_is_to_be_had),
    };

    return !!cmocka_run_group_tests(tests, nullptr, nullptr);
}
