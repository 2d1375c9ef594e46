#include "dispatch/filter.hpp"

#include <algorithm>

namespace webhookd {

bool glob_matches(std::string_view glob, std::string_view text) noexcept
{
    std::size_t g = 0, t = 0;
    std::size_t star = std::string_view::npos,
                resume = 0;  // The last `*`, and where it tries next.
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        }
        else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g;
            ++t;
        }
        else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++resume;
        }
        else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

namespace {

bool any(const std::vector<std::string>& globs, std::string_view text) noexcept
{
    return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
               return glob_matches(glob, text);
           });
}

}  // namespace

bool passes(const sink_filter& filter, const event& e) noexcept
{
    return any(filter.types, e.type) && any(filter.endpoints, e.source) &&
           any(filter.customers, e.customer) && any(filter.campaigns, e.campaign);
}

}  // namespace webhookd
