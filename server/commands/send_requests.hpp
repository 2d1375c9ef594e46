#pragma once

#include "base/secret.hpp"
#include "commands/send_load.hpp"
#include "event/receipt.hpp"
#include "net/url.hpp"
#include "providers/connectly/signature.hpp"
#include "providers/provider.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::commands {

/// Turns bodies into signed requests, and knows the id that the daemon gives each one's event.
class request_maker {
public:
    /// @param name_space  Of the endpoint that the requests go to: part of an event's identity.
    request_maker(const http_url& url, const secret_value& secret, std::string name_space);

    load_request make(std::string_view body);

private:
    std::string event_id(std::string_view body);

    connectly::hmac_sha256 hmac_;
    std::unique_ptr<provider_worker> worker_;
    endpoint to_;
    std::string head_;  ///< Up to the signature header's value.
};

/// Bodies out of files, verbatim, over and over.
class file_bodies {
public:
    /// @throws std::runtime_error  with a sentence that names the file.
    explicit file_bodies(const std::vector<std::string>& paths);

    const std::string& next();

private:
    std::vector<std::string> bodies_;
    std::size_t at_ = 0;
};

/// The whole file. @throws std::runtime_error  with a sentence that names it.
std::string read_whole_file(const std::string& path);

/// A secret out of a file or a variable; one newline at its end is trimmed.
/// @throws std::runtime_error  where it is missing or empty.
secret_value read_secret_file(const std::string& path);
secret_value read_secret_variable(const std::string& name);

}  // namespace webhookd::commands
