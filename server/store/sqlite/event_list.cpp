#include "store/sqlite/event_list.hpp"

#include "store/sqlite/encoding.hpp"

#include <algorithm>
#include <cstring>

namespace webhookd::sqlite {

namespace {

constexpr std::size_t id_size = sizeof(bits128);

// Goes over one entry; only the id is looked at.
std::string_view take_id(list_reader& in)
{
    const auto id = in.bytes(id_size);
    in.number();
    in.number();
    in.number();
    return id;
}

}  // namespace

event_list::event_list(std::string_view stored)
{
    list_reader in{stored};
    const std::uint64_t count = in.done() ? 0 : in.number();
    const auto entries = in.rest();
    for (; size_ < count && !in.done(); ++size_)
        take_id(in);
    bytes_ = entries.substr(0, entries.size() - in.rest().size());
}

void event_list::encode(std::string& out) const
{
    out.clear();
    if (size_ == 0)
        return;
    put_number(out, size_);
    out += bytes_;
}

bool event_list::contains(const bits128& id) const noexcept
{
    for (list_reader in{bytes_}; !in.done();) {
        const auto have = take_id(in);
        if (have.size() == id_size && std::memcmp(have.data(), id.data(), id_size) == 0)
            return true;
    }
    return false;
}

void event_list::append(const listed_event& e)
{
    bytes_.append(reinterpret_cast<const char*>(e.id.data()), id_size);
    put_number(bytes_, e.sequence);
    put_signed(bytes_, e.time.time_since_epoch().count());
    put_number(bytes_, static_cast<std::uint64_t>(e.type));
    ++size_;
}

void event_list::drop_oldest()
{
    const auto all = entries();
    bytes_.clear();
    size_ = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
        append(all[i]);
}

std::vector<listed_event> event_list::entries() const
{
    std::vector<listed_event> out;
    for (list_reader in{bytes_}; !in.done();) {
        listed_event e;
        const auto id = in.bytes(id_size);
        std::copy(id.begin(), id.end(), e.id.begin());
        e.sequence = in.number();
        e.time = timestamp{std::chrono::microseconds{in.signed_number()}};
        e.type = static_cast<std::int64_t>(in.number());
        if (!in.failed())
            out.push_back(e);
    }
    return out;
}

}  // namespace webhookd::sqlite
