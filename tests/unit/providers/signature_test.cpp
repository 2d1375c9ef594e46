#include "providers/connectly/signature.hpp"

#include "support/catch.hpp"
#include "support/payloads.hpp"

#include <chrono>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

constexpr timestamp noon{std::chrono::seconds{1771236000}};
const std::string body = R"({"timestamp":"1771236045","message":{"text":"Do you ship?"}})";
const std::string good = "5o8hxqsZ4eDIM0cv2vcjMCyObNPxriJ14iuA85sBiQg=";

named_secret secret(std::string name, std::string value, std::optional<timestamp> not_after = {})
{
    return {std::move(name), secret_value{std::move(value)}, not_after};
}

std::unique_ptr<provider_worker> worker(const std::vector<named_secret>& secrets)
{
    return find_provider("connectly")->make_worker(secrets);
}

verdict verify(
    const std::vector<named_secret>& secrets, std::string_view signature, timestamp at = noon
)
{
    return worker(secrets)->verify({signature}, body, at);
}

}  // namespace

TEST_CASE("signature: the documented algorithm's vectors are made and verified")
{
    simdjson::dom::parser parser;
    const std::string text = test::read_data("signature-vectors.json");
    std::size_t count = 0;
    for (const auto vector : parser.parse(text)["vectors"].get_array()) {
        const std::string_view name = vector["name"];
        if (std::string_view{vector["provider"]} != "connectly")
            continue;
        DYNAMIC_SECTION(std::string{name})
        {
            const std::string_view signed_body = vector["body"];
            const std::string_view expected = vector["signature"];
            const std::string key{std::string_view{vector["secret"]}};
            const provider& connectly = *find_provider("connectly");

            CHECK(connectly.headers()[0] == std::string_view{vector["header"]});
            CHECK(connectly.sign(secret_value{key}, signed_body, noon)[0] == expected);
            const auto verifier = worker({secret("one", key)});
            CHECK_FALSE(verifier->check_headers({expected}));
            CHECK_FALSE(verifier->verify({expected}, signed_body, noon).refusal);
            const std::string longer = std::string{signed_body} + " ";
            CHECK(verifier->verify({expected}, longer, noon).refusal == errc::signature_mismatch);
        }
        ++count;
    }
    CHECK(count >= 6);
}

TEST_CASE("signature: an absent header is missing, an empty one malformed")
{
    const auto verifier = worker({secret("one", "s3cr3t-one")});

    CHECK(verifier->check_headers({}) == errc::missing_signature);
    CHECK(verifier->verify({}, body, noon).refusal == errc::missing_signature);
    CHECK(verifier->check_headers({std::string_view{""}}) == errc::malformed_signature);
    CHECK(
        verifier->verify({std::string_view{""}}, body, noon).refusal == errc::malformed_signature
    );
}

TEST_CASE("signature: what is not strict Base64 of 32 bytes is malformed")
{
    const std::string value = GENERATE_COPY(
        good.substr(0, 43),                                           // 43 characters
        good + "=",                                                   // 45
        good.substr(0, 43) + "A",                                     // 33 bytes
        std::string{"5o8hxqsZ4eDIM0cv2vcjMCyObNPxriJ14iuA85sBiQh="},  // spare bits set
        std::string{"5o8hxqsZ4eDIM0cv2vcjMCyObNPxriJ14iuA85sBi-_="},  // url-safe
        std::string{"5o8hxqsZ4eDIM0cv2vcjMCyObNPxriJ14iuA85sBiQ=="},  // 31 bytes
        std::string{"e68f21c6ab19e1e0c833472fdaf723302c8e6cd3f1ae2275e22b80f39b018908"},  // hex
        " " + good.substr(1),
        good.substr(0, 43) + "\n",
        good + "\n",
        "sha256=" + good,
        std::string(44, '='),
        std::string(44, '\xff'),
        std::string{"5o8hxqsZ4eDIM0cv2vcjMCyObN=xriJ14iuA85sBiQg="}
    );
    INFO(value);
    const auto verifier = worker({secret("one", "s3cr3t-one")});

    CHECK(verifier->check_headers({value}) == errc::malformed_signature);
    CHECK(verifier->verify({value}, body, noon).refusal == errc::malformed_signature);
}

TEST_CASE("signature: a code of another body, another secret or with one bit changed does not fit")
{
    const auto verifier = worker({secret("one", "s3cr3t-one")});
    const provider& connectly = *find_provider("connectly");

    const std::string of_another_body = connectly.sign(secret_value{"s3cr3t-one"}, "{}", noon)[0];
    const std::string of_another_secret = connectly.sign(secret_value{"s3cr3t-onE"}, body, noon)[0];
    const std::string of_a_newline = connectly.sign(secret_value{"s3cr3t-one\n"}, body, noon)[0];
    const std::string zero(43, 'A');
    for (const std::string& value :
         {of_another_body, of_another_secret, of_a_newline, zero + "=", "4" + good.substr(1)}) {
        INFO(value);
        CHECK_FALSE(verifier->check_headers({value}));
        CHECK(verifier->verify({value}, body, noon).refusal == errc::signature_mismatch);
    }
}

TEST_CASE("signature: any of several secrets fits, and the verdict names it")
{
    const std::vector<named_secret> both{secret("new", "other"), secret("old", "s3cr3t-one")};
    const verdict v = verify(both, good);

    CHECK_FALSE(v.refusal);
    CHECK(v.secret == 1);
    CHECK(verify({secret("a", "s3cr3t-one"), secret("b", "s3cr3t-one")}, good).secret == 0);
}

TEST_CASE("signature: a secret is tried until the moment it ends, and not from then on")
{
    const std::vector<named_secret> secrets{
        secret("old", "s3cr3t-one", noon), secret("new", "other")
    };

    CHECK_FALSE(verify(secrets, good, noon - 1us).refusal);
    CHECK(verify(secrets, good, noon).refusal == errc::signature_mismatch);
    CHECK(verify(secrets, good, noon + 1us).refusal == errc::signature_mismatch);
    CHECK(
        verify({secret("only", "s3cr3t-one", noon)}, good, noon).refusal == errc::signature_mismatch
    );
}

TEST_CASE("signature: one worker verifies good and bad bodies in any order")
{
    const auto verifier = worker({secret("one", "s3cr3t-one")});

    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(verifier->verify({good}, body, noon).refusal);
        CHECK(verifier->verify({good}, "", noon).refusal == errc::signature_mismatch);
        CHECK(verifier->verify({good}, std::string(100'000, 'x'), noon).refusal);
    }
}

TEST_CASE("providers: one is found by its exact name")
{
    CHECK(find_provider("connectly")->name() == "connectly");
    CHECK(find_provider("Connectly") == nullptr);
    CHECK(find_provider("") == nullptr);
    CHECK(provider_names() == std::vector<std::string_view>{"connectly"});
}
