#include "base/error.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>

using namespace webhookd;

namespace {

constexpr int last = static_cast<int>(errc::cancelled);

}  // namespace

TEST_CASE("error: every value has a name and a message of its own", "[base]")
{
    std::set<std::string> names, messages;
    for (int value = 1; value <= last; ++value) {
        const auto e = static_cast<errc>(value);
        names.insert(name(e));
        messages.insert(error_code{e}.message());
    }
    CHECK(names.size() == last);
    CHECK(messages.size() == last);
    CHECK(names.count("unknown") == 0);
    CHECK(messages.count("unknown error") == 0);
}

TEST_CASE("error: a value that is none is told as unknown", "[base]")
{
    const int value = GENERATE(0, -1, last + 1, 1 << 30);
    CHECK(std::string{name(static_cast<errc>(value))} == "unknown");
    CHECK(webhookd_category().message(value) == "unknown error");
}

// The numbers and names stand in logs, metrics and dashboards.
TEST_CASE("error: numbers and names stay what they are", "[base]")
{
    CHECK(static_cast<int>(errc::missing_signature) == 1);
    CHECK(static_cast<int>(errc::signature_mismatch) == 3);
    CHECK(static_cast<int>(errc::bad_framing) == 5);
    CHECK(static_cast<int>(errc::store_failed) == 8);
    CHECK(static_cast<int>(errc::cancelled) == 17);
    CHECK(std::string{name(errc::body_too_large)} == "body_too_large");
    CHECK(std::string{name(errc::malformed_signature)} == "malformed_signature");
}

TEST_CASE("error: an errc becomes an error_code of our category, and a failed result", "[base]")
{
    const error_code code = errc::queue_full;
    CHECK(code);
    CHECK(code == errc::queue_full);
    CHECK(code != errc::store_full);
    CHECK(std::string{code.category().name()} == "webhookd");

    const result<int> failed = errc::not_found;
    REQUIRE(failed.has_error());
    CHECK(failed.error() == errc::not_found);
}
