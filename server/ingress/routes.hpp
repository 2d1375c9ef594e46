#pragma once

#include "event/receipt.hpp"
#include "ingress/counters.hpp"
#include "ingress/settings.hpp"
#include "providers/provider.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace webhookd {

/// One endpoint as a network thread serves it.
struct route {
    const endpoint* to = nullptr;
    std::span<const std::string_view> headers;  ///< What the provider signs with.
    std::unique_ptr<provider_worker> worker;
    endpoint_counters* counters = nullptr;
};

/// The endpoints of one config generation, for one network thread.
class routes {
public:
    /// The route of a request target: its path without the query, also in absolute form
    /// (RFC 9112 §3.2.2). Null where there is none.
    const route* find(std::string_view target) const noexcept;

    void add(route r) { all_.push_back(std::move(r)); }

    const std::vector<route>& all() const noexcept { return all_; }

private:
    std::vector<route> all_;
};

/// A request target's path: without the query, and without scheme and authority.
std::string_view path_of(std::string_view target) noexcept;

/// Makes the routes of `endpoints` for one thread. `infos` are the endpoints' lasting
/// descriptions, one each.
/// @throws std::invalid_argument  for an unknown provider.
std::shared_ptr<const routes> make_routes(
    const std::vector<endpoint_settings>& endpoints,
    const std::vector<const endpoint*>& infos,
    thread_counters& counters
);

}  // namespace webhookd
