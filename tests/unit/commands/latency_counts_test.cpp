#include "commands/latency_counts.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace webhookd::commands;
using std::chrono::nanoseconds;

TEST_CASE("latency: quantiles are within two percent of the sorted truth", "[commands]")
{
    std::mt19937_64 random{GENERATE(1u, 2u, 3u)};
    latency_counts counts;
    std::vector<std::int64_t> all;
    for (int i = 0; i < 20'000; ++i) {
        const double power = std::uniform_real_distribution<>{0, 10}(random);
        all.push_back(static_cast<std::int64_t>(std::pow(10, power)));
        counts.add(nanoseconds{all.back()});
    }
    std::sort(all.begin(), all.end());

    for (double q : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        CAPTURE(q);
        const auto at = static_cast<std::size_t>(std::ceil(q * static_cast<double>(all.size())));
        const auto truth = static_cast<double>(all[at - 1]);
        const auto told = static_cast<double>(counts.quantile(q).count());
        CHECK(told >= truth);
        CHECK(told <= truth * 1.02 + 1);
    }
    CHECK(counts.max() == nanoseconds{all.back()});
    CHECK(counts.quantile(1.0) == nanoseconds{all.back()});
    CHECK(counts.count() == all.size());
}

TEST_CASE("latency: of nothing is nothing", "[commands]")
{
    CHECK(latency_counts{}.quantile(0.99) == nanoseconds{0});
}
