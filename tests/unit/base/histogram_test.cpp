#include "base/histogram.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace webhookd;

TEST_CASE("histogram: a value on a bound counts as up to it", "[base]")
{
    histogram<2> h{{1.0, 10.0}};

    h.observe(1.0);
    h.observe(1.5);
    h.observe(10.0, 3);
    h.observe(11.0);
    h.observe(-4.0);

    const histogram_snapshot s = h.snapshot();
    CHECK(s.bounds == std::vector<double>{1.0, 10.0});
    CHECK(s.counts == std::vector<std::uint64_t>{2, 4, 1});
    CHECK(s.sum == 1.0 + 1.5 + 30.0 + 11.0 - 4.0);
}

TEST_CASE("histogram: what is not a number is counted and leaves the sum alone", "[base]")
{
    histogram<1> h{{1.0}};

    h.observe(std::numeric_limits<double>::quiet_NaN());
    h.observe(0.5);

    const histogram_snapshot s = h.snapshot();
    CHECK(s.counts == std::vector<std::uint64_t>{1, 1});
}

TEST_CASE("histogram: snapshots of several threads add up", "[base]")
{
    histogram<1> a{{1.0}};
    histogram<1> b{{1.0}};
    a.observe(0.5);
    b.observe(0.25);
    b.observe(2);

    histogram_snapshot sum;
    add(sum, a.snapshot());
    add(sum, b.snapshot());

    CHECK(sum.counts == std::vector<std::uint64_t>{2, 1});
    CHECK(sum.sum == 2.75);
}
