#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace webhookd::commands {

/// Takes a stream of server-sent events apart: just what our own daemon writes and the standard's
/// framing needs (id, data on one or more lines, comments, any line end but a lone CR).
/// @source html.spec.whatwg.org, "Server-sent events"
class server_events {
public:
    /// Takes the next piece of the stream; calls `take` with the id and data of each event that
    /// is complete. False: `take` said so, and nothing more is looked at.
    bool feed(
        std::string_view bytes,
        const std::function<bool(std::string_view id, std::string_view data)>& take
    );

private:
    void field(std::string_view line);

    std::string line_, id_, data_;
    bool has_data_ = false;
};

}  // namespace webhookd::commands
