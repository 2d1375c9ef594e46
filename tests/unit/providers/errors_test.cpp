#include "providers/connectly/errors.hpp"

#include "support/catch.hpp"

#include <set>

using namespace webhookd;
using connectly::explain_error;
using enum error_category;

namespace {

struct listed {
    std::string code;
    error_category category;
    bool retryable;
};

}  // namespace

TEST_CASE("errors: each code of the provider's list has its category and says whether to retry")
{
    const std::vector<listed> codes{
        {"UNSPECIFIED", platform, true},
        {"INVALID_SENDER_ID", account, false},
        {"PHONE_NUMBER_BAD_FORMAT", recipient, false},
        {"MESSAGE_PHONE_NUMBER_INVALID", recipient, false},
        {"MESSAGE_SELF_INVALID", recipient, false},
        {"MESSAGE_CUSTOMER_OPTED_OUT", consent, false},
        {"MESSAGE_CUSTOMER_NO_CONVERSATION_INITIATION", window, false},
        {"MESSAGE_OUTSIDE_OF_ELIGIBILITY_WINDOW", window, false},
        {"MESSAGE_TEXT_EMPTY", content, false},
        {"MESSAGE_ATTACHMENTS_NUMBER_INVALID", content, false},
        {"MESSAGE_ATTACHMENT_EMPTY", content, false},
        {"MESSAGE_ATTACHMENT_INVALID", content, false},
        {"MESSAGE_TEMPLATE_NOT_FOUND", template_, false},
        {"MESSAGE_TEMPLATE_INPUT_INVALID", template_, false},
        {"MESSAGE_TEMPLATE_INVALID_PARAM", template_, false},
        {"MESSAGE_TEMPLATE_DELETED", template_, false},
        {"BUSINESS_MISSES_MATCHING_CHANNEL", account, false},
        {"BUSINESS_REACHED_LIMITS", account, false},
        {"BUSINESS_RATE_LIMIT_REACHED", rate_limit, true},
        {"BUSINESS_KEY_SECRET_ABSENT", auth, false},
    };
    std::set<std::string_view> advices;
    for (const listed& e : codes) {
        INFO(e.code);
        const auto& meaning = explain_error("ERROR_CODE_" + e.code, "ERROR_TYPE_NONSENSE");
        CHECK(meaning.category == e.category);
        CHECK(meaning.retryable == e.retryable);
        CHECK(meaning.advice.ends_with('.'));
        advices.insert(meaning.advice);
    }
    CHECK(advices.size() == codes.size());
}

TEST_CASE("errors: a code that is not listed falls back to its type")
{
    const std::vector<listed> types{
        {"UNSPECIFIED", platform, true},
        {"AUTHENTICATION", auth, false},
        {"AUTHORIZATION", auth, false},
        {"RATE_LIMIT", rate_limit, true},
        {"INVALID_REQUEST", content, false},
        {"DEADLINE_EXCEEDED", platform, true},
        {"NOT_FOUND", account, false},
        {"CONFLICT", account, false},
        {"CONTEXT_CANCLED", platform, true},
        {"CONTEXT_CANCELED", platform, true},
        {"CONTEXT_CANCELLED", platform, true},
        {"BUSINESS_LIMIT", account, false},
        {"FAILED_PRECONDITION", window, false},
    };
    for (const listed& e : types) {
        for (const char* const code : {"", "ERROR_CODE_NEW", "NEW", "-1", "131047x"}) {
            INFO(e.code << " with " << code);
            const auto& meaning = explain_error(code, "ERROR_TYPE_" + e.code);
            CHECK(meaning.category == e.category);
            CHECK(meaning.retryable == e.retryable);
        }
    }
}

TEST_CASE("errors: the code comes before the type, which is unreliable")
{
    for (const char* const type :
         {"ERROR_TYPE_DEADLINE_EXCEEDED", "ERROR_TYPE_FAILED_PRECONDITION"}) {
        const auto& meaning =
            explain_error("ERROR_CODE_MESSAGE_OUTSIDE_OF_ELIGIBILITY_WINDOW", type);
        CHECK(meaning.category == window);
        CHECK_FALSE(meaning.retryable);
    }
}

TEST_CASE("errors: what neither list knows is unknown and not to be retried")
{
    for (const char* const text :
         {"", "ERROR_CODE_", "error_code_unspecified", "UNSPECIFIED", "99999999999999999999"}) {
        INFO(text);
        CHECK(explain_error(text, text).category == unknown);
        CHECK_FALSE(explain_error(text, text).retryable);
        CHECK_FALSE(explain_error(text, text).advice.empty());
    }
}

TEST_CASE("errors: WhatsApp's own numbers are known")
{
    const std::vector<listed> numbers{
        {"0", auth, false},           {"190", auth, false},         {"250", auth, false},
        {"131005", auth, false},      {"4", rate_limit, true},      {"130429", rate_limit, true},
        {"131056", rate_limit, true}, {"131048", account, false},   {"131031", account, false},
        {"131042", account, false},   {"131057", platform, true},   {"131026", recipient, false},
        {"1026", recipient, false},   {"131047", window, false},    {"470", window, false},
        {"131049", recipient, false}, {"131050", consent, false},   {"130472", recipient, false},
        {"137000", recipient, false}, {"131008", content, false},   {"131053", content, true},
        {"132001", template_, false}, {"132015", template_, false}, {"132069", template_, true},
        {"131000", platform, true},   {"2", platform, true},        {"131063", account, false},
    };
    for (const listed& e : numbers) {
        INFO(e.code);
        CHECK(explain_error(e.code, "").category == e.category);
        CHECK(explain_error(e.code, "").retryable == e.retryable);
    }
    CHECK(explain_error("300", "").category == unknown);
}
