#include "ingress/routes.hpp"

#include <stdexcept>

namespace webhookd {

std::string_view path_of(std::string_view target) noexcept
{
    if (!target.starts_with('/')) {
        const auto authority = target.find("://");
        if (authority != std::string_view::npos) {
            const auto path = target.find('/', authority + 3);
            target = path == std::string_view::npos ? "/" : target.substr(path);
        }
    }
    return target.substr(0, target.find('?'));
}

const route* routes::find(std::string_view target) const noexcept
{
    const std::string_view path = path_of(target);
    for (const route& r : all_)
        if (r.to->path == path)
            return &r;
    return nullptr;
}

std::shared_ptr<const routes> make_routes(
    const std::vector<endpoint_settings>& endpoints,
    const std::vector<const endpoint*>& infos,
    thread_counters& counters
)
{
    auto made = std::make_shared<routes>();
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const provider* from = find_provider(endpoints[i].provider);
        if (from == nullptr)
            throw std::invalid_argument{"unknown provider " + endpoints[i].provider};
        std::vector<std::string> names;
        for (const named_secret& secret : endpoints[i].secrets)
            names.push_back(secret.name);
        made->add({
            infos[i],
            from->headers(),
            from->make_worker(endpoints[i].secrets),
            &counters.of(*infos[i], names),
        });
    }
    return made;
}

}  // namespace webhookd
