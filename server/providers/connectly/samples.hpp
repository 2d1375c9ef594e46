#pragma once

#include "base/encoding.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::connectly {

/// What made-up traffic shows.
enum class scenario : std::uint8_t {
    life,          ///< sent, delivered, read, with callback data and a campaign.
    replies,       ///< sent, delivered, a button reply that names the message, a plain text.
    failures,      ///< sent, then delivery_failed, with one code after another.
    repeats,       ///< sent, delivered, read, each one twice with the same bytes.
    out_of_order,  ///< read, delivered, sent, with the times of the right order.
    mixed,         ///< Messages of every kind above, half of them `life`.
};

/// `life`, `replies`, `failures`, `repeats`, `out-of-order`, `mixed`.
std::optional<scenario> parse_scenario(std::string_view name);

/// Makes up bodies as Connectly would send them: every message has an id of its own, so that no
/// two bodies are the same event but where the scenario repeats one.
///
/// Messages go in groups, one status of each after another, so that traffic over several
/// connections at once rarely has two statuses of one message under way together.
class sample_source {
public:
    /// @param count  How many bodies will be asked for: sizes the groups.
    /// @param seed   With `start` the same seed makes the same bytes again.
    /// @param start  When the first message was made; none: shortly before the time of the call.
    sample_source(
        connectly::scenario what,
        std::uint64_t count,
        std::uint64_t seed,
        std::optional<timestamp> start = std::nullopt
    );

    std::string next();

    /// How many bodies show the scenario once.
    static std::uint64_t whole(connectly::scenario what);

private:
    enum class step : std::uint8_t { sent, delivered, read, failed, button, text };

    struct message {
        connectly::scenario what = scenario::life;
        std::uint64_t number = 0;
        timestamp made{};
        bits128 id{};
        bits128 reply{};
        std::string customer;
    };

    static const std::vector<step>& steps_of(connectly::scenario what);
    void begin_group();
    bits128 make_id(timestamp at);
    std::string body(const message& m, step s) const;
    std::string status_body(const message& m, step s) const;
    std::string reply_body(const message& m, step s) const;

    const connectly::scenario what_;
    const std::optional<timestamp> start_;
    std::mt19937_64 random_;
    std::size_t group_size_ = 1;
    std::uint64_t made_ = 0;
    std::vector<message> group_;
    std::size_t at_message_ = 0;
    std::size_t at_step_ = 0;
};

}  // namespace webhookd::connectly
