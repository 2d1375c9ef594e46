#include "providers/provider.hpp"

#include "providers/connectly/connectly.hpp"

namespace webhookd {

namespace {

// One line a provider.
using getter = const provider& (*)() noexcept;
constexpr getter providers[] = {
    &connectly::instance,
};

}  // namespace

const provider* find_provider(std::string_view name) noexcept
{
    for (const getter get : providers)
        if (get().name() == name)
            return &get();
    return nullptr;
}

std::vector<std::string_view> provider_names()
{
    std::vector<std::string_view> names;
    for (const getter get : providers)
        names.push_back(get().name());
    return names;
}

}  // namespace webhookd
