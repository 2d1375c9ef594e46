// What a commit costs: CPU and wall time an event, for commits of 50, with correlation on and off,
// at the store sizes given.
// Usage: store_bench [--folder F] [--events N] [--batch N] [--customers N]
//        [--correlation on|off] [--durability os|fsync] EVENTS_HELD...
//
// The traffic: messages to 250,000 customers (any at random) in 20 campaigns, each sent, delivered
// 300 messages later and read 3,000 later, with callback data; a tenth are answered. The time a
// receipt takes to be made is not counted; the upkeep that goes with the commits (checkpoints,
// mostly) is.

#include "support/receipts.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <time.h>
#include <vector>

using namespace testing;
using namespace webhookd;

namespace {

std::uint64_t customers = 250'000;
constexpr std::uint64_t campaigns = 20, delivered_after = 300, read_after = 3'000;

double seconds(clockid_t clock)
{
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

std::uint64_t mixed(std::uint64_t n)
{
    n = (n ^ n >> 31) * 0x9e3779b97f4a7c15;
    return n ^ n >> 29;
}

// An endless stream of receipts.
class traffic {
public:
    receipt next()
    {
        for (;;) {
            const std::uint64_t n = message_;
            switch (step_++) {
                case 0: return status_of(n, delivery_status::sent);
                case 1:
                    if (n >= delivered_after)
                        return status_of(n - delivered_after, delivery_status::delivered);
                    break;
                case 2:
                    if (n >= read_after)
                        return status_of(n - read_after, delivery_status::read);
                    break;
                default:
                    step_ = 0;
                    ++message_;
                    if (n >= read_after && n % 10 == 0)
                        return answer_to(n - read_after);
            }
        }
    }

private:
    static std::string customer(std::uint64_t n)
    {
        return "+5255" + std::to_string(10'000'000 + mixed(n) % customers);
    }

    receipt status_of(std::uint64_t n, delivery_status what)
    {
        status s;
        s.message = ulid(n * 3);
        s.what = what;
        s.at = noon + std::chrono::milliseconds{message_ * 3};
        s.customer = customer(n);
        s.callback = "{\"order_id\":\"A-" + std::to_string(n) + "\",\"attempt\":1}";
        s.campaign = "campaign_" + std::to_string(n / 1000 % campaigns);
        return padded(make(s));
    }

    receipt answer_to(std::uint64_t n)
    {
        inbound i;
        i.id = ulid(message_ * 3 + 1);
        i.at = noon + std::chrono::milliseconds{message_ * 3};
        i.customer = customer(n);
        if (n % 20 == 0) {
            i.reply_to = ulid(n * 3);
            i.callback = "{\"order_id\":\"A-" + std::to_string(n) + "\",\"attempt\":1}";
        }
        return padded(make(i));
    }

    // Bodies of 450 bytes, as they are sent.
    static receipt padded(receipt r)
    {
        std::string body{r.body};
        body.insert(
            body.size() - 1, ",\"padding\":\"" + std::string(450 - body.size() - 14, 'x') + "\""
        );
        r.memory = block{body.size()};
        body.copy(r.memory.data(), body.size());
        r.body = {r.memory.data(), body.size()};
        return r;
    }

    std::uint64_t message_ = 0;
    int step_ = 0;
};

struct cost {
    double cpu = 0, wall = 0, upkeep_cpu = 0;
    std::vector<double> commits;
};

// Commits `count` events in batches and says what it cost.
cost run(store& kept, traffic& from, std::uint64_t count, std::size_t batch)
{
    cost out;
    for (std::uint64_t done = 0; done < count; done += batch) {
        std::vector<receipt> receipts;
        for (std::size_t i = 0; i < batch; ++i)
            receipts.push_back(from.next());
        std::vector<commit_entry> entries(batch);
        for (std::size_t i = 0; i < batch; ++i)
            entries[i].in = &receipts[i];

        const timestamp at = receipts.back().time;
        const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
        const auto committed = kept.commit(entries, at);
        const double cpu_between = seconds(CLOCK_THREAD_CPUTIME_ID);
        out.commits.push_back(seconds(CLOCK_MONOTONIC) - wall);
        const auto kept_up = kept.upkeep(at, 0);
        out.cpu += cpu_between - cpu;
        out.upkeep_cpu += seconds(CLOCK_THREAD_CPUTIME_ID) - cpu_between;
        out.wall += seconds(CLOCK_MONOTONIC) - wall;
        if (!committed || !kept_up || !*committed) {
            std::fprintf(stderr, "a commit failed\n");
            std::exit(1);
        }
        forget_kept();
    }
    return out;
}

void measure(
    store_settings settings,
    std::vector<std::uint64_t> sizes,
    std::uint64_t events,
    std::size_t batch
)
{
    for (const char* end : {"", "-wal", "-shm", ".lock"})
        std::filesystem::remove(settings.path + end);
    traffic from;
    std::uint64_t held = 0;
    for (const std::uint64_t size : sizes) {
        if (size > held) {
            store_settings fast = settings;
            fast.durability = durability::os;
            auto filling = open_store(fast);
            if (!filling)
                std::exit(1);
            run(**filling, from, size - held, 1000);
            held = size;
        }
        auto kept = open_store(settings);
        if (!kept)
            std::exit(1);
        run(**kept, from, 2000, batch);  // caches are warm in a daemon that runs
        cost c = run(**kept, from, events, batch);
        held += 2000 + events;
        std::sort(c.commits.begin(), c.commits.end());
        const double n = static_cast<double>(events) / 1e6;
        std::printf(
            "%-11s %9llu %8.1f %8.1f %8.1f %9.2f %9.2f %7.0f\n",
            settings.correlate ? "on" : "off",
            static_cast<unsigned long long>(size),
            c.cpu / n,
            (c.cpu + c.upkeep_cpu) / n,
            c.wall / n,
            c.commits[c.commits.size() / 2] * 1e3,
            c.commits[c.commits.size() * 99 / 100] * 1e3,
            static_cast<double>((*kept)->size().bytes) / static_cast<double>(held)
        );
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    store_settings settings;
    std::string folder = ".", only;
    std::uint64_t events = 50'000;
    std::size_t batch = 50;
    std::vector<std::uint64_t> sizes;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const bool option = word.starts_with("--") && i + 1 < argc;
        if (!option)
            sizes.push_back(std::strtoull(argv[i], nullptr, 10));
        else if (word == "--folder")
            folder = argv[++i];
        else if (word == "--events")
            events = std::strtoull(argv[++i], nullptr, 10);
        else if (word == "--correlation")
            only = argv[++i];
        else if (word == "--customers")
            customers = std::strtoull(argv[++i], nullptr, 10);
        else if (word == "--batch")
            batch = std::strtoull(argv[++i], nullptr, 10);
        else if (word == "--durability")
            settings.durability =
                std::string_view{argv[++i]} == "os" ? durability::os : durability::fsync;
    }
    if (sizes.empty())
        sizes = {0};
    std::sort(sizes.begin(), sizes.end());
    settings.path = folder + "/store_bench.db";
    settings.max_size = 1ull << 40;
    std::printf(
        "us an event            commit    +upkeep             commit ms          bytes\n"
        "correlation      held      CPU      CPU     wall       p50       p99   an event\n"
    );
    for (const bool correlate : {true, false}) {
        if (!only.empty() && only != (correlate ? "on" : "off"))
            continue;
        settings.correlate = correlate;
        measure(settings, sizes, events, batch);
    }
}
