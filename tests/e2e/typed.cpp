// SPDX-License-Identifier: MIT
// As typed.c, with usdt-dyn.hpp.
#include <iostream>
#include <usdt-dyn.hpp>

int main()
{
    usdt_dyn::provider provider{"typed"};
    const usdt_dyn::probe<> idle{provider, "idle"};
    const usdt_dyn::probe<std::int64_t, std::string_view, std::int8_t, double> shipped{
        provider, "shipped", "id", "to", "left", "kg"};
    const usdt_dyn::probe<std::int64_t> twice{provider, "twice", "id"}, again{provider, "twice"};
    std::string line;

    (void)provider.load();
    std::cout << "ready" << std::endl;
    if (!std::getline(std::cin, line))
        return 1;
    idle.fire();
    shipped.fire(42, std::string_view("café and more", 5), -1, 2.5);
    shipped.fire([] { return std::tuple{-7L, nullptr, 'x', 0.0}; });
    twice.fire(2);
    again.fire(3);
    return 0;
}
