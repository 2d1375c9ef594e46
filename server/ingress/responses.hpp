#pragma once

#include "ingress/counters.hpp"

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd {

/// How a refusal is answered (design §3).
struct refusal_answer {
    int status;
    const char* title;   ///< The reason phrase.
    const char* header;  ///< One more header line with its CRLF, or "".
    bool close;          ///< The connection cannot be used any further.
};

refusal_answer answer_of(request_outcome o) noexcept;

/// What a response depends on besides its outcome.
struct response_options {
    bool close = false;               ///< `Connection: close`.
    bool keep_alive10 = false;        ///< An HTTP/1.0 client asked for keep-alive.
    bool head = false;                ///< No body: the request was HEAD.
    std::string_view allow = "POST";  ///< For 405.
};

/// The prebuilt texts of one network thread. `refresh` renews the Date once a second.
class response_texts {
public:
    response_texts() { refresh(std::time(nullptr)); }

    void refresh(std::time_t now);

    /// `200` with an empty body on a kept-alive HTTP/1.1 connection: the hot path.
    std::string_view accepted() const noexcept { return accepted_; }

    /// Any `200` of an event.
    std::string accepted(const response_options& options) const;
    /// A refusal with its problem document (RFC 9457); never an echo of the request.
    std::string refused(request_outcome o, const response_options& options) const;
    /// A health answer: 200 `ok`, or 503 with the reasons.
    std::string health(const std::vector<std::string>& reasons, const response_options& options)
        const;

private:
    std::string build(
        int status,
        std::string_view title,
        std::string_view headers,
        std::string_view body,
        const response_options& options
    ) const;

    std::time_t second_ = 0;
    std::string date_;  ///< `Date: …` with CRLF (RFC 9110 §6.6.1).
    std::string accepted_;
};

/// Sent once where the client waits for it (RFC 9110 §10.1.1).
constexpr std::string_view continue_text = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace webhookd
