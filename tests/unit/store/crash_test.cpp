#include "support/catch.hpp"
#include "support/stores.hpp"

#include <csignal>
#include <map>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace testing;
using namespace webhookd;

namespace {

constexpr std::uint64_t batch = 20;

// Commits statuses of ever new messages, and writes the number of each commit that was answered
// with success to `out`, until it is killed.
[[noreturn]] void commit_for_ever(const store_settings& settings, std::uint64_t from, int out)
{
    auto opened = open_store(settings);
    if (!opened)
        ::_exit(1);
    for (std::uint64_t n = from;; ++n) {
        std::vector<receipt> receipts;
        for (std::uint64_t i = 0; i < batch; ++i)
            receipts.push_back(make(status{.message = ulid(n * batch + i), .campaign = "spring"}));
        receipts.push_back(make(status{.message = ulid(n * batch)}));  // a repeat
        std::vector<commit_entry> entries(receipts.size());
        for (std::size_t i = 0; i < receipts.size(); ++i)
            entries[i].in = &receipts[i];
        if (!(*opened)->commit(entries, noon) || !(*opened)->upkeep(noon, 0))
            ::_exit(2);
        if (::write(out, &n, sizeof n) != sizeof n)
            ::_exit(3);
    }
}

}  // namespace

TEST_CASE("what was acknowledged before a kill -9 is there, once, and nothing is torn")
{
    temporary_folder folder;
    const store_settings settings{.path = folder / "events.db"};
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    std::uint64_t next = 0;
    for (int round = 0; round < 8; ++round) {
        int acknowledged[2];
        REQUIRE(::pipe(acknowledged) == 0);
        const pid_t child = ::fork();
        if (child == 0)
            commit_for_ever(settings, next, acknowledged[1]);
        ::close(acknowledged[1]);
        const auto wait_for = static_cast<unsigned>(1 + random() % 20);
        std::uint64_t number = 0;
        for (unsigned i = 0; i < wait_for; ++i)
            REQUIRE(::read(acknowledged[0], &number, sizeof number) == sizeof number);
        ::usleep(static_cast<useconds_t>(random() % 2000));  // anywhere in the middle of a commit
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(acknowledged[0], &number, sizeof number) == sizeof number) {
        }
        ::close(acknowledged[0]);
        next = number + 1;

        auto opened = open_store(settings);
        REQUIRE(opened.has_value());
        const auto reader = open_store_reader(settings);
        const auto events = (*reader)->read_events(0, 1'000'000, std::size_t{1} << 40);
        REQUIRE(events.has_value());
        std::map<std::string, int> told;
        for (std::size_t i = 0; i < events->size(); ++i) {
            ++told[(*events)[i].partition_key];
            REQUIRE((*events)[i].sequence == i + 1);
        }
        for (std::uint64_t n = 0; n < next * batch; ++n)
            REQUIRE(told[ulid(n)] == 1);
        // A commit that was not answered is there as a whole, or not at all.
        const auto beyond = events->size() - next * batch;
        CHECK((beyond == 0 || beyond == batch));
        CHECK((*reader)->campaign("default", "spring")->value().messages == events->size());
        next += beyond / batch;
    }
}
