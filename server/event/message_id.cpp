#include "event/message_id.hpp"

#include <algorithm>

namespace webhookd {

namespace {

// In front of an opaque id's text: as long as a whole 128-bit key, so that the two never meet.
constexpr std::string_view opaque_mark =
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

}  // namespace

message_id::message_id(std::string_view text)
{
    auto value = decode_crockford(text);
    if (!value)
        value = decode_uuid(text);
    if (value)
        key_.assign(reinterpret_cast<const char*>(value->data()), value->size());
    else if (!text.empty())
        key_.append(opaque_mark).append(text);
}

message_id message_id::from_key(std::string_view key)
{
    message_id out;
    out.key_ = key;
    return out;
}

std::optional<bits128> message_id::value() const
{
    bits128 out;
    if (key_.size() != out.size())
        return std::nullopt;
    std::copy(key_.begin(), key_.end(), reinterpret_cast<char*>(out.data()));
    return out;
}

std::optional<std::uint64_t> message_id::milliseconds() const
{
    if (key_.size() != 16)
        return std::nullopt;
    std::uint64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i)
        ms = ms << 8 | static_cast<unsigned char>(key_[i]);
    return ms;
}

std::string message_id::text() const
{
    const auto id = value();
    if (!id)
        return key_.empty() ? std::string{} : key_.substr(opaque_mark.size());
    std::string out;
    append_crockford(out, *id);
    return out;
}

}  // namespace webhookd
