#include "commit/counters.hpp"

#include "support/catch.hpp"
#include "support/receipts.hpp"

#include <string>
#include <vector>

using namespace testing;
using namespace webhookd;

namespace {

receipt failure(const std::string& code)
{
    status s;
    s.what = delivery_status::delivery_failed;
    s.error_code = code;
    s.category = error_category::content;
    return make(s);
}

}  // namespace

TEST_CASE("counters: a repeat of a failure is not counted again", "[commit]")
{
    commit_counters counters;
    receipt first = failure("ERROR_X");
    receipt again = failure("ERROR_X");
    std::vector<commit_entry> entries{{&first, false}, {&again, true}};

    counters.commit(entries, nullptr, std::chrono::milliseconds{3});

    const commit_counts c = counters.snapshot();
    CHECK(c.failures.at({"ERROR_X", "content"}) == 1);
    CHECK(c.batch_events.sum == 2);
    CHECK(c.events_by_type.empty());
}

TEST_CASE("counters: codes that a sender makes up cannot fill the memory", "[commit]")
{
    commit_counters counters;
    for (int i = 0; i < 1000; ++i) {
        receipt r = failure("ERROR_" + std::to_string(i));
        std::vector<commit_entry> entries{{&r, false}};
        counters.commit(entries, nullptr, std::chrono::milliseconds{1});
    }

    const commit_counts c = counters.snapshot();
    CHECK(c.failures.size() <= 101);
    CHECK(c.failures.at({"other", "content"}) >= 899);
}
