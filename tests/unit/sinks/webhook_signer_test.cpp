#include "sinks/webhook_signer.hpp"

#include "support/catch.hpp"

#include <stdexcept>

using namespace webhookd;

namespace {

constexpr timestamp at{std::chrono::seconds{1'614'265'330}};
// The example of the Standard Webhooks libraries' own tests.
constexpr const char* secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr const char* body = R"({"test": 2432232314})";
constexpr const char* signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

}  // namespace

TEST_CASE("signer: signs as the Standard Webhooks libraries do")
{
    webhook_signer s{{{"current", secret_value{secret}, {}}}};
    std::string out;
    CHECK(s.append_signature(out, id, "1614265330", body, at));
    CHECK(out == signature);
    out.clear();
    s.append_signature(out, id, "1614265330", body, at);
    CHECK(out == signature);
}

TEST_CASE("signer: several secrets while they are rotated, until they expire")
{
    webhook_signer s{{
        {"old", secret_value{"whsec_b2xk"}, at + std::chrono::seconds{1}},
        {"current", secret_value{secret}, {}},
        {"older", secret_value{"whsec_b2xkZXI="}, at},
    }};
    std::string out;
    CHECK(s.append_signature(out, id, "1614265330", body, at));
    CHECK(out.ends_with(std::string{" "} + signature));
    CHECK(out.size() == 2 * std::string{signature}.size() + 1);

    out.clear();
    CHECK(s.append_signature(out, id, "1614265330", body, at + std::chrono::seconds{1}));
    CHECK(out == signature);
}

TEST_CASE("signer: says when no secret is left, and when there was none")
{
    webhook_signer s{{{"old", secret_value{secret}, at}}};
    std::string out;
    CHECK(s.signs());
    CHECK_FALSE(s.append_signature(out, id, "1614265330", body, at));
    CHECK(out.empty());
    CHECK_FALSE(webhook_signer{{}}.signs());
}

TEST_CASE("signer: refuses what is not whsec_ and Base64")
{
    const char* bad = GENERATE("", "secret", "whsec_", "whsec_a", "whsec_a-_=", "WHSEC_b2xk");
    CHECK_THROWS_AS(
        webhook_signer({{"current", secret_value{bad}, std::nullopt}}), std::runtime_error
    );
}
