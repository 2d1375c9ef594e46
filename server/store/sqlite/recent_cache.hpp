#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

namespace webhookd::sqlite {

/// Keeps what was used last, between `capacity` and twice as many, in two generations: what is
/// found in the older one moves to the younger. Costs no list a hit, and values keep their address
/// until `age`.
template <class Key, class Value, class Hash = std::hash<Key>, class Equal = std::equal_to<>>
class recent_cache {
public:
    explicit recent_cache(std::size_t capacity) : capacity_{capacity} {}

    /// @return Null: not here.
    template <class Like>
    Value* find(const Like& key)
    {
        if (const auto at = young_.find(key); at != young_.end())
            return at->second.get();
        const auto at = old_.find(key);
        if (at == old_.end())
            return nullptr;
        auto node = old_.extract(at);
        Value* const value = node.mapped().get();
        young_.insert(std::move(node));
        return value;
    }

    Value& put(Key key, std::unique_ptr<Value> value)
    {
        old_.erase(key);
        auto& slot = young_[std::move(key)];
        slot = std::move(value);
        return *slot;
    }

    template <class Like>
    void erase(const Like& key)
    {
        if (const auto at = young_.find(key); at != young_.end())
            young_.erase(at);
        if (const auto at = old_.find(key); at != old_.end())
            old_.erase(at);
    }

    /// Forgets what has not been used for long. Called between commits.
    void age()
    {
        if (young_.size() < capacity_)
            return;
        old_ = std::exchange(young_, {});
    }

    void clear()
    {
        young_.clear();
        old_.clear();
    }

private:
    using map = std::unordered_map<Key, std::unique_ptr<Value>, Hash, Equal>;

    std::size_t capacity_;
    map young_, old_;
};

/// Lets maps keyed by strings be searched by views.
struct text_hash {
    using is_transparent = void;

    std::size_t operator()(std::string_view s) const noexcept
    {
        return std::hash<std::string_view>{}(s);
    }
};

}  // namespace webhookd::sqlite
