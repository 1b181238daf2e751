// SPDX-License-Identifier: MIT
// The same from C++.
#include <iostream>
#include <memory>
#include <string>
#include <usdt-dyn.hpp>

namespace
{

struct Free {
    void operator()(usdt_dyn_provider *provider) const
    {
        usdt_dyn_provider_free(provider);
    }
};

enum class Kind : short {
    letter = -3
};

} // namespace

int main()
{
    const usdt_dyn_arg args[] = {
        {"to", USDT_DYN_STRING}, {"kind", USDT_DYN_INT16}, {"cost", USDT_DYN_DOUBLE}};
    usdt_dyn_provider *made = nullptr;
    usdt_dyn_probe *sent = nullptr;

    if (usdt_dyn_provider_new(&made, "consumer") < 0) {
        std::cerr << usdt_dyn_last_error() << '\n';
        return 1;
    }
    const std::unique_ptr<usdt_dyn_provider, Free> provider(made);
    if (usdt_dyn_provider_add_probe(made, &sent, "sent", args, 3) < 0 ||
        usdt_dyn_provider_load(made) < 0) {
        std::cerr << usdt_dyn_last_error() << '\n';
        return 1;
    }
    const std::string to = "somebody";
    usdt_dyn_fire(sent, to.c_str(), Kind::letter, 1.5F);
    usdt_dyn_fire(sent, nullptr, true, 2.5);
    usdt_dyn::provider owned{"owned"};
    const usdt_dyn::probe<int, std::string_view> typed{owned, "typed", "id", "to"};
    if (owned.load() < 0 || typed.error() < 0 || typed.fire(1, to))
        return 3;
    if (usdt_dyn_enabled(sent) || usdt_dyn_probe_semaphore(sent) == nullptr)
        return 2;
    std::cout << USDT_DYN_VERSION_MAJOR << '.' << USDT_DYN_VERSION_MINOR << '.'
              << USDT_DYN_VERSION_PATCH << ' ' << usdt_dyn_version() << '\n';
    return 0;
}
