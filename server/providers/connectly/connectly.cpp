#include "providers/connectly/connectly.hpp"

#include "providers/connectly/payload.hpp"
#include "providers/connectly/signature.hpp"

namespace webhookd::connectly {

namespace {

constexpr std::string_view header_names[] = {"x-connectly-hmac-sha256"};

constexpr std::string_view type_names[] = {
    "ai.connectly.delivery_status.sent",
    "ai.connectly.delivery_status.delivered",
    "ai.connectly.delivery_status.read",
    "ai.connectly.delivery_status.delivery_failed",
    "ai.connectly.delivery_status.unknown",
    "ai.connectly.messages.text",
    "ai.connectly.messages.image",
    "ai.connectly.messages.video",
    "ai.connectly.messages.audio",
    "ai.connectly.messages.document",
    "ai.connectly.messages.location",
    "ai.connectly.messages.button_reply",
    "ai.connectly.messages.list_reply",
    "ai.connectly.messages.reaction",
    "ai.connectly.messages.unknown",
    "ai.connectly.report.completed",
    "ai.connectly.unrecognized"
};

class worker final : public provider_worker {
public:
    explicit worker(const std::vector<named_secret>& secrets) : verifier_{secrets} {}

    error_code check_headers(const provider_header_values& headers) const noexcept override
    {
        return check_signature(headers[0]);
    }

    verdict verify(
        const provider_header_values& headers, std::string_view body, timestamp at
    ) noexcept override
    {
        return verifier_.verify(headers[0], body, at);
    }

    void parse(receipt& r) override { payload_.parse(r); }

private:
    verifier verifier_;
    payload_parser payload_;
};

class connectly_provider final : public provider {
public:
    std::string_view name() const noexcept override { return "connectly"; }

    std::span<const std::string_view> headers() const noexcept override { return header_names; }

    std::span<const std::string_view> event_types() const noexcept override { return type_names; }

    std::vector<std::string> sign(const secret_value& secret, std::string_view body, timestamp)
        const override
    {
        return {connectly::sign(secret, body)};
    }

    std::unique_ptr<provider_worker> make_worker(const std::vector<named_secret>& secrets
    ) const override
    {
        return std::make_unique<worker>(secrets);
    }
};

}  // namespace

const provider& instance() noexcept
{
    static const connectly_provider one;
    return one;
}

}  // namespace webhookd::connectly
