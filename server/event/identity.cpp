#include "event/identity.hpp"

#include <algorithm>
#include <array>

namespace webhookd {

bits128 event_id_of(std::string_view name_space, std::initializer_list<std::string_view> identity)
{
    // Namespace, LF, and the parts with LFs between: at most so many pieces.
    constexpr std::size_t parts_max = 8;
    std::array<std::string_view, 2 * parts_max> pieces;
    std::size_t count = 0;
    pieces[count++] = name_space;
    for (const std::string_view part : identity) {
        if (count + 2 > pieces.size())
            break;
        pieces[count++] = "\n";
        pieces[count++] = part;
    }
    const bits256 digest = sha256(std::span{pieces}.first(count));
    bits128 id;
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

}  // namespace webhookd
