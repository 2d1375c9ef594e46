#include "event/identity.hpp"

#include <algorithm>
#include <string>

namespace webhookd {

bits128 event_id_of(std::string_view name_space, std::initializer_list<std::string_view> identity)
{
    std::size_t length = name_space.size();
    for (const std::string_view part : identity)
        length += 1 + part.size();
    std::string hashed;
    hashed.reserve(length);
    hashed += name_space;
    for (const std::string_view part : identity) {
        hashed += '\n';
        hashed += part;
    }
    const bits256 digest = sha256(hashed);
    bits128 id;
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

}  // namespace webhookd
