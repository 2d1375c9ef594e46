#include "dispatch/progress.hpp"

#include <algorithm>
#include <iterator>

namespace webhookd {

namespace {

constexpr char version = 1;

void put(std::string& out, std::uint64_t value)
{
    while (value >= 0x80) {
        out.push_back(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> take(std::string_view& bytes)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
        const auto b = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(b & 0x7f) << shift;
        if (b < 0x80)
            return value;
    }
    return std::nullopt;
}

}  // namespace

void progress::done(std::uint64_t first, std::uint64_t last)
{
    first = std::max(first, low_water_ + 1);
    if (first > last)
        return;
    auto at = above_.upper_bound(first);
    if (at != above_.begin() && std::prev(at)->second + 1 >= first)
        --at;
    while (at != above_.end() && at->first <= last + 1) {
        first = std::min(first, at->first);
        last = std::max(last, at->second);
        above_count_ -= at->second - at->first + 1;
        at = above_.erase(at);
    }
    above_.emplace_hint(at, first, last);
    above_count_ += last - first + 1;
    absorb();
}

void progress::absorb()
{
    const auto front = above_.begin();
    if (front->first != low_water_ + 1)
        return;
    low_water_ = front->second;
    above_count_ -= front->second - front->first + 1;
    above_.erase(front);
}

std::uint64_t progress::next_open(std::uint64_t sequence) const noexcept
{
    if (sequence <= low_water_)
        return low_water_ + 1;
    const auto behind = above_.upper_bound(sequence);
    if (behind == above_.begin())
        return sequence;
    const auto at = std::prev(behind);
    return at->second >= sequence ? at->second + 1 : sequence;
}

std::string progress::encode(std::size_t bytes_max) const
{
    std::string out;
    if (above_.empty())
        return out;
    out.push_back(version);
    std::uint64_t end = low_water_;
    for (const auto& [first, last] : above_) {
        const std::size_t whole = out.size();
        put(out, first - end - 1);
        put(out, last - first + 1);
        if (out.size() > bytes_max) {
            out.resize(whole);
            break;
        }
        end = last;
    }
    return out;
}

std::optional<progress> progress::decode(std::uint64_t low_water, std::string_view bytes)
{
    progress out{low_water};
    if (bytes.empty())
        return out;
    if (bytes.front() != version)
        return std::nullopt;
    bytes.remove_prefix(1);
    std::uint64_t end = low_water;
    while (!bytes.empty()) {
        const auto open = take(bytes);
        const auto count = take(bytes);
        constexpr std::uint64_t most = UINT64_MAX / 4;
        if (!open || !count || *open == 0 || *count == 0 || *open > most || *count > most ||
            end > most)
            return std::nullopt;
        const std::uint64_t first = end + *open + 1;
        end = first + *count - 1;
        out.done(first, end);
    }
    return out;
}

}  // namespace webhookd
