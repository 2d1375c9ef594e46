#pragma once

#include "event/correlated.hpp"
#include "event/event.hpp"
#include "event/receipt.hpp"
#include "providers/provider.hpp"

#include <simdjson.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

/// Bodies, the receipts and lines they become, and a JSON reader that is not ours to check them.
namespace webhookd::test {

inline const endpoint here{"/webhooks/connectly", "connectly", "default"};

/// When every body of the tests was received: 2026-02-16T10:00:50Z.
constexpr timestamp received{std::chrono::seconds{1771236050}};

/// The bytes of a file below tests/data.
inline std::string read_data(const std::string& name)
{
    std::ifstream file{WEBHOOKD_SOURCE_DIR "/tests/data/" + name, std::ios::binary};
    if (!file)
        throw std::runtime_error{"no file tests/data/" + name};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// A receipt of `body` in memory of its own, not parsed yet. The bytes behind the body are such
/// as would go on with it: a parser that reads over the end is caught.
inline receipt receive(std::string_view body, const endpoint& to = here)
{
    receipt r;
    r.memory = block{body.size() + 8};
    std::memcpy(r.memory.data(), body.data(), body.size());
    std::memcpy(r.memory.data() + body.size(), "\"}]}{[,:", 8);
    r.body = {r.memory.data(), body.size()};
    r.to = &to;
    r.received = received;
    return r;
}

/// A receipt of `body`, parsed by `provider`.
inline receipt parsed(std::string_view body, const endpoint& to = here)
{
    const auto worker = find_provider(to.provider)->make_worker({{"one", secret_value{"k"}, {}}});
    receipt r = receive(body, to);
    worker->parse(r);
    return r;
}

/// What a store without any other event would say of `r`.
inline correlated uncorrelated(const receipt& r)
{
    correlated c;
    c.callback_data_json = r.callback_data_json;
    c.campaign = r.campaign;
    if (!r.message.empty()) {
        c.link = link::message_id;
        c.message = r.message;
    }
    return c;
}

/// The event of a receipt, with the sequence 7, recorded a second after it was received.
inline event event_of(receipt r, const correlated& c)
{
    event e;
    e.sequence = 7;
    e.id = r.id;
    e.head = render_head(r, c, e.sequence, r.received + std::chrono::seconds{1});
    e.form = r.form;
    e.body = r.body;
    e.memory = std::move(r.memory);
    return e;
}

inline std::string line_of(const event& e)
{
    std::string out;
    append_line(out, e);
    return out;
}

inline std::string line_of(receipt r)
{
    const correlated c = uncorrelated(r);
    return line_of(event_of(std::move(r), c));
}

/// A JSON text read by simdjson's DOM: strict, complete, and none of our code.
class json_document {
public:
    /// @throws simdjson::simdjson_error  It is not valid JSON.
    explicit json_document(std::string_view text) : root_{parser_.parse(text.data(), text.size())}
    {
    }

    /// The value at a JSON pointer as text: strings unescaped, others as JSON; `(none)` where
    /// there is none.
    std::string operator[](std::string_view pointer) const
    {
        const auto found = root_.at_pointer(pointer);
        if (found.error())
            return "(none)";
        std::string_view text;
        if (found.get_string().get(text) == simdjson::SUCCESS)
            return std::string{text};
        return simdjson::minify(found.value_unsafe());
    }

private:
    simdjson::dom::parser parser_;
    simdjson::dom::element root_;
};

}  // namespace webhookd::test
