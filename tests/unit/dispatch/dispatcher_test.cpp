#include "dispatch/dispatcher.hpp"

#include "sinks/log_file.hpp"
#include "support/catch.hpp"
#include "support/daemon_parts.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <fstream>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::eventually;
namespace fs = std::filesystem;

namespace {

struct fixture : test::daemon_parts {
    std::string path = folder / "events.ndjson";

    sink_settings file_sink(std::string name = "log") const
    {
        sink_settings s;
        s.name = std::move(name);
        s.destination = file_sink_settings{path, {}, {}, 8};
        return s;
    }

    std::vector<std::uint64_t> sequences() const
    {
        std::vector<std::uint64_t> out;
        std::ifstream in{path};
        for (std::string line; std::getline(in, line);)
            out.push_back(line_sequence(line).value_or(0));
        return out;
    }

    static std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last)
    {
        std::vector<std::uint64_t> out;
        for (std::uint64_t s = first; s <= last; ++s)
            out.push_back(s);
        return out;
    }
};

}  // namespace

TEST_CASE_METHOD(fixture, "dispatcher: what is committed reaches the file, in order, once")
{
    start({file_sink()});
    submit(500);
    CHECK(eventually([&] { return only_status().cursor == 500; }));
    CHECK(sequences() == range(1, 500));
    CHECK(only_status().lag_events == 0);
    CHECK(only_status().delivered == 500);
    CHECK(only_status().type == "file");
}

TEST_CASE_METHOD(fixture, "dispatcher: goes on after a restart where it left off")
{
    start({file_sink()});
    submit(10);
    stop();
    start({file_sink()});
    submit(10);
    CHECK(eventually([&] { return only_status().cursor == 20; }));
    CHECK(sequences() == range(1, 20));
}

TEST_CASE_METHOD(fixture, "dispatcher: what was committed while it was away is read from the store")
{
    start({file_sink()});
    stop();
    start_committer();
    submit(3'000);
    stop();
    start({file_sink()});
    CHECK(eventually([&] { return only_status().cursor == 3'000; }));
    CHECK(sequences() == range(1, 3'000));
}

TEST_CASE_METHOD(fixture, "dispatcher: the file knows better than a cursor that was not saved")
{
    start({file_sink()});
    submit(10);
    stop();
    // As after a kill: the file has more than the cursor, and half a line more.
    set_cursor("log", 4);
    std::ofstream{path, std::ios::app} << R"({"specversion":"1.0","id":"evt_)";
    start({file_sink()});
    submit(2);
    CHECK(eventually([&] { return only_status().cursor == 12; }));
    CHECK(sequences() == range(1, 12));
}

TEST_CASE_METHOD(
    fixture, "dispatcher: a cursor ahead of the file stands, when logrotate took the file"
)
{
    start({file_sink()});
    submit(10);
    stop();
    fs::remove(path);
    start({file_sink()});
    submit(2);
    CHECK(eventually([&] { return only_status().cursor == 12; }));
    CHECK(sequences() == range(11, 12));
}

TEST_CASE_METHOD(fixture, "dispatcher: a file of another store does not hide events")
{
    test::write_file(path, test::line_of(test::make_event(1'000'000)));
    start({file_sink()});
    submit(3);
    CHECK(eventually([&] { return only_status().cursor == 3; }));
    CHECK(sequences() == std::vector<std::uint64_t>{1'000'000, 1, 2, 3});
}

TEST_CASE_METHOD(
    fixture, "dispatcher: a new sink starts at now, or at the beginning where it says so"
)
{
    start({});
    submit(5);
    stop();
    auto late = file_sink("late");
    late.from_beginning = GENERATE(false, true);
    start({late});
    submit(5);
    CHECK(eventually([&] { return only_status().cursor == 10; }));
    CHECK(sequences() == range(late.from_beginning ? 1 : 6, 10));
}

TEST_CASE_METHOD(fixture, "dispatcher: a removed sink's cursor stays, and is told")
{
    start({file_sink()});
    submit(5);
    CHECK(eventually([&] { return only_status().cursor == 5; }));
    stop();
    start({});
    submit(5);
    REQUIRE(eventually([&] { return only_status().lag_events == 5; }));
    CHECK_FALSE(only_status().configured);
    CHECK(only_status().cursor == 5);

    SECTION("until it is back")
    {
        stop();
        start({file_sink()});
        CHECK(eventually([&] { return only_status().cursor == 10; }));
        CHECK(sequences() == range(1, 10));
    }
    SECTION("until it is forgotten")
    {
        commits->run([](store& kept) { (void)kept.forget_sink("log"); });
        CHECK(eventually([&] { return told->status().empty(); }));
    }
}

TEST_CASE_METHOD(fixture, "dispatcher: what a filter leaves out counts as done")
{
    auto s = file_sink();
    s.filter.types = {"*.delivered"};
    start({s});
    submit(30);  // sent, delivered, read, and so on
    CHECK(eventually([&] { return only_status().cursor == 30; }));
    const auto got = sequences();
    CHECK(got.size() == 10);
    CHECK(only_status().delivered == 10);
}

TEST_CASE_METHOD(fixture, "dispatcher: a file that cannot be written is waited for")
{
    const std::string directory = folder / "logs";
    fs::create_directory(directory);
    path = directory + "/events.ndjson";
    start({file_sink()});
    fs::remove_all(directory);
    submit(5);
    REQUIRE(eventually([&] { return only_status().failures > 0; }));
    CHECK(only_status().last_error.find("cannot write") != std::string::npos);
    CHECK(only_status().lag_events == 5);
    CHECK(eventually([&] { return only_status().lag_seconds > 0; }));
    fs::create_directory(directory);
    CHECK(eventually([&] { return only_status().cursor == 5; }));
    CHECK(sequences() == range(1, 5));
}

TEST_CASE_METHOD(fixture, "dispatcher: reopens the file when asked")
{
    start({file_sink()});
    submit(2);
    REQUIRE(eventually([&] { return only_status().cursor == 2; }));
    fs::rename(path, path + ".1");
    told->reopen();
    submit(2);
    CHECK(eventually([&] { return only_status().cursor == 4; }));
    CHECK(sequences() == range(3, 4));
}

TEST_CASE_METHOD(fixture, "dispatcher: sinks that cannot be are named, with what is wrong")
{
    auto other = file_sink("other");
    CHECK_THROWS_AS(dispatcher({file_sink(), other}, stored), std::runtime_error);
    other.destination = file_sink_settings{folder / "none/events.ndjson", {}, {}, 8};
    std::string said;
    try {
        dispatcher d{{other}, stored};
    }
    catch (const std::runtime_error& e) {
        said = e.what();
    }
    CHECK(said.find("sink other: ") == 0);
    CHECK(said.find("make the directory") != std::string::npos);
}

TEST_CASE_METHOD(fixture, "dispatcher: a replay tells again what was told, and nothing else")
{
    auto s = file_sink();
    start({s});
    submit(20);
    REQUIRE(eventually([&] { return only_status().cursor == 20; }));

    const auto number = replay({"log", 5, 8});
    REQUIRE(number);
    CHECK(eventually([&] { return told->replays().at(0).state == "done"; }));
    CHECK(told->replays()[0].delivered == 4);
    CHECK(told->replays()[0].failed == 0);
    submit(1);
    REQUIRE(eventually([&] { return only_status().cursor == 21; }));
    auto expected = range(1, 20);
    for (std::uint64_t x : {5u, 6u, 7u, 8u, 21u})
        expected.push_back(x);
    CHECK(sequences() == expected);

    // A kill right behind a replay must not make it deliver what stands in front of it again.
    REQUIRE(replay({"log", 1, 2}));
    REQUIRE(eventually([&] { return told->replays().at(1).state == "done"; }));
    stop();
    start({s});
    submit(1);
    CHECK(eventually([&] { return only_status().cursor == 22; }));
    for (std::uint64_t x : {1u, 2u, 22u})
        expected.push_back(x);
    CHECK(sequences() == expected);
}

TEST_CASE_METHOD(fixture, "dispatcher: replays that cannot be are refused")
{
    start({file_sink()});
    CHECK(replay({"nobody", 1, 2}).error() == errc::not_found);
    CHECK(replay({"log", 3, 2}).error() == errc::invalid_argument);
    CHECK_FALSE(told->cancel_replay(17));
    stop();
    CHECK_FALSE(only_status_or_none());
}

TEST_CASE_METHOD(fixture, "dispatcher: the store may prune what every sink has saved")
{
    start({file_sink()});
    submit(5);
    REQUIRE(eventually([&] { return saved_cursor("log") == 5; }));
}
