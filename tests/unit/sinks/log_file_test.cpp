#include "sinks/log_file.hpp"

#include "support/catch.hpp"
#include "support/events.hpp"
#include "support/files.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <sys/resource.h>

using namespace webhookd;
using namespace std::chrono_literals;
using test::read_file;
using test::write_file;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::system_clock::time_point noon{1'771'235'950s};

struct fixture {
    test::folder folder;
    std::string path = folder / "events.ndjson";

    file_sink_settings settings() const
    {
        file_sink_settings s;
        s.path = path;
        return s;
    }

    static log_file::outcome append(
        log_file& file,
        std::uint64_t first,
        std::uint64_t last,
        std::chrono::system_clock::time_point at = noon
    )
    {
        const auto events = test::make_events(first, last);
        const auto batch = test::pointers(events);
        return file.append(batch, at);
    }

    static std::string lines(std::uint64_t first, std::uint64_t last)
    {
        std::string out;
        for (const event& e : test::make_events(first, last))
            out += test::line_of(e);
        return out;
    }

    std::vector<std::string> rotated() const
    {
        std::vector<std::string> out;
        for (const auto& f : fs::directory_iterator{folder.path()})
            if (f.path() != path)
                out.push_back(f.path());
        std::sort(out.begin(), out.end());
        return out;
    }
};

}  // namespace

TEST_CASE_METHOD(fixture, "log file: appends the very bytes of each line, whatever the payload")
{
    log_file file{settings()};
    std::vector<event> events;
    events.push_back(test::make_event(1));
    events.push_back(test::make_event(2, "k", "not json\xff", payload_form::base64));
    events.push_back(test::make_event(3, "k", "{\n \"a\": 1\n}", payload_form::minified));
    events.push_back(test::make_event(4, "k", "", payload_form::none));
    std::string expected;
    for (const event& e : events)
        expected += test::line_of(e);

    const auto out = file.append(test::pointers(events), noon);

    CHECK_FALSE(out.failure);
    CHECK(out.lines == 4);
    CHECK(read_file(path) == expected);
    CHECK(file.last_sequence() == 4);
}

TEST_CASE_METHOD(fixture, "log file: a batch of more pieces than one writev takes")
{
    log_file file{settings()};
    CHECK(append(file, 1, 2'000).lines == 2'000);
    CHECK(read_file(path) == lines(1, 2'000));
}

TEST_CASE_METHOD(fixture, "log file: at start a torn last line is cut off, after every byte of it")
{
    const std::string torn = lines(3, 3);
    const std::size_t kept = GENERATE_COPY(range<std::size_t>(1, torn.size() - 1));
    CAPTURE(kept);
    write_file(path, lines(1, 2) + torn.substr(0, kept));

    log_file file{settings()};
    CHECK(read_file(path) == lines(1, 2));
    CHECK(file.last_sequence() == 2);
    append(file, 3, 3);
    CHECK(read_file(path) == lines(1, 3));
}

TEST_CASE_METHOD(fixture, "log file: NUL bytes that a power cut left are cut off")
{
    write_file(path, lines(1, 2) + std::string(5'000, '\0'));
    log_file file{settings()};
    CHECK(read_file(path) == lines(1, 2));
}

TEST_CASE_METHOD(fixture, "log file: a torn line longer than the blocks it is looked for in")
{
    const event big = test::make_event(3, "k", "{\"a\":\"" + std::string(300'000, 'x') + "\"}");
    const std::string line = test::line_of(big);
    write_file(path, lines(1, 2) + line + line.substr(0, 200'000));
    log_file file{settings()};
    CHECK(fs::file_size(path) == lines(1, 2).size() + line.size());
    CHECK(file.last_sequence() == 3);
}

TEST_CASE_METHOD(fixture, "log file: what others wrote is kept, and does not hide our last line")
{
    write_file(path, lines(1, 2) + "a note of somebody else");
    log_file file{settings()};
    append(file, 3, 3);
    CHECK(read_file(path) == lines(1, 2) + "a note of somebody else\n" + lines(3, 3));
    write_file(path, lines(1, 5) + "a note\n\n");
    log_file again{settings()};
    CHECK(again.last_sequence() == 5);
}

TEST_CASE("log file: the sequence of a line is the envelope's, and only of a whole line of ours")
{
    const std::string good = test::line_of(test::make_event(184'467));
    const std::string line = good.substr(0, good.size() - 1);
    const std::string head = R"({"specversion":"1.0",)";

    struct {
        const char* name;
        std::string line;
        std::optional<std::uint64_t> expected;
    } cases[] = {
        {"whole", line, 184'467},
        {"cut", line.substr(0, line.size() - 2), std::nullopt},
        {"empty", "", std::nullopt},
        {"another's", R"({"sequence":"5","data":{}})", std::nullopt},
        {"none", head + R"("data":{}})", std::nullopt},
        {"in a string", head + R"("subject":"\"sequence\":\"7\"","sequence":"8","data":{}})", 8},
        {"not digits", head + R"("sequence":"x8","data":{}})", std::nullopt},
        {"leading zero", head + R"("sequence":"08","data":{}})", std::nullopt},
        {"beyond 64 bits", head + R"("sequence":"18446744073709551616","data":{}})", std::nullopt},
        {"a number", head + R"("sequence":8,"data":{}})", std::nullopt},
        {"not ended", head + R"("sequence":"8}})", std::nullopt},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            CHECK(line_sequence(c.line) == c.expected);
        }
    }
}

TEST_CASE_METHOD(fixture, "log file: rotates before a batch that would not fit, and keeps so many")
{
    auto s = settings();
    s.rotate_size = lines(1, 3).size();
    s.rotate_keep = 2;
    log_file file{s};
    for (std::uint64_t i = 0; i < 5; ++i)
        append(file, 2 * i + 1, 2 * i + 2, noon + i * 1s);

    const auto old = rotated();
    REQUIRE(old.size() == 2);
    CHECK(read_file(old[0]) == lines(5, 6));
    CHECK(read_file(old[1]) == lines(7, 8));
    CHECK(old[1] == path + ".20260216T095914.000000Z");
    CHECK(read_file(path) == lines(9, 10));
}

TEST_CASE_METHOD(fixture, "log file: rotations within one microsecond get names of their own")
{
    auto s = settings();
    s.rotate_size = 1;
    log_file file{s};
    for (std::uint64_t i = 1; i <= 4; ++i)
        append(file, i, i, noon);
    CHECK(rotated().size() == 3);
    CHECK(read_file(rotated().back()) == lines(3, 3));
}

TEST_CASE_METHOD(fixture, "log file: rotates with the first batch of a new interval")
{
    auto s = settings();
    s.rotate_interval = 3'600s;
    log_file file{s};
    append(file, 1, 1, noon);
    append(file, 2, 2, noon + 40s);
    append(file, 3, 3, noon + 49s);
    CHECK(rotated().empty());
    append(file, 4, 4, noon + 50s);  // 10:00:00
    REQUIRE(rotated().size() == 1);
    CHECK(read_file(rotated()[0]) == lines(1, 3));
}

TEST_CASE_METHOD(fixture, "log file: an old interval is found again after a restart")
{
    auto s = settings();
    s.rotate_interval = 3'600s;
    {
        append(*std::make_unique<log_file>(s), 1, 1, noon);
    }
    fs::last_write_time(path, fs::file_time_type::clock::now() - 2h);
    log_file file{s};
    append(file, 2, 2, std::chrono::system_clock::now());
    CHECK(rotated().size() == 1);
    CHECK(read_file(path) == lines(2, 2));
}

TEST_CASE_METHOD(fixture, "log file: removes only what it rotated itself")
{
    auto s = settings();
    s.rotate_size = 1;
    s.rotate_keep = 0;
    write_file(path + ".1", "logrotate's");
    write_file(path + ".20260216T095910.482113Z.bak", "somebody's");
    log_file file{s};
    append(file, 1, 1);
    append(file, 2, 2);
    CHECK(rotated().size() == 2);
}

TEST_CASE_METHOD(fixture, "log file: the newest rotated file tells the sequence of an empty one")
{
    write_file(path + ".2", lines(1, 2));
    write_file(path + ".1", lines(3, 4));
    write_file(path + ".3.gz", "not text");
    fs::last_write_time(path + ".2", fs::file_time_type::clock::now() - 1h);
    CHECK(log_file{settings()}.last_sequence() == 4);
}

TEST_CASE_METHOD(fixture, "log file: follows the real logrotate")
{
    const std::string way = GENERATE("create 0640", "copytruncate", "nocreate");
    CAPTURE(way);
    const std::string config = folder / "logrotate.conf";
    write_file(config, path + " {\n  rotate 3\n  size 1\n  " + way + "\n}\n");
    fs::permissions(config, fs::perms{0644});
    const std::string run = "logrotate --state " + (folder / "state") + " " + config;
    log_file file{settings()};

    append(file, 1, 2);
    REQUIRE(std::system(run.c_str()) == 0);
    append(file, 3, 4);
    REQUIRE(std::system(run.c_str()) == 0);
    append(file, 5, 6);

    CHECK(read_file(path + ".2") == lines(1, 2));
    CHECK(read_file(path + ".1") == lines(3, 4));
    CHECK(read_file(path) == lines(5, 6));
    CHECK(file.last_sequence() == 6);
}

TEST_CASE_METHOD(fixture, "log file: reopens when asked")
{
    log_file file{settings()};
    append(file, 1, 1);
    fs::rename(path, path + ".moved");
    file.reopen();
    append(file, 2, 2);
    CHECK(read_file(path) == lines(2, 2));
    CHECK(file.to_sync().size() == 3);  // The moved file, the new one, and their directory.
    CHECK(file.to_sync().empty());
}

TEST_CASE_METHOD(fixture, "log file: a sync that failed is due again")
{
    log_file file{settings()};
    append(file, 1, 1);
    auto due = file.to_sync();
    REQUIRE(due.size() == 2);
    file.sync_failed(std::move(due));
    CHECK(file.to_sync().size() >= 2);
}

// Goal: a full disk leaves no torn line. Method: a limit on the file's size, at every byte of the
// second of three lines, makes the write fail there.
TEST_CASE_METHOD(fixture, "log file: a write that fails half way leaves whole lines only")
{
    const std::size_t first = lines(1, 1).size(), second = lines(2, 2).size();
    const std::size_t room = GENERATE_COPY(range(first, first + second + 1, std::size_t{7}));
    CAPTURE(room);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    log_file file{settings()};
    const rlimit small{room, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);

    const auto out = append(file, 1, 3);

    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    const std::uint64_t whole = room < first + second ? 1 : 2;
    CHECK(out.failure);
    CHECK(out.lines == whole);
    CHECK(read_file(path) == lines(1, whole));
    CHECK_FALSE(append(file, whole + 1, 3).failure);
    CHECK(read_file(path) == lines(1, 3));
}

TEST_CASE_METHOD(fixture, "log file: a path that cannot be written is refused at start")
{
    struct {
        const char* name;
        std::string path;
        const char* says;
    } cases[] = {
        {"no directory", folder / "none/events.ndjson", "make the directory"},
        {"a directory", folder.path(), "not a regular file"},
        {"a device", "/dev/null", "not a regular file"},
        {"under a file", "/etc/hostname/events", "check the path"},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            auto s = settings();
            s.path = c.path;
            std::string said;
            try {
                log_file file{s};
            }
            catch (const std::runtime_error& e) {
                said = e.what();
            }
            CHECK(said.find(c.says) != std::string::npos);
            CHECK(said.find(c.path) != std::string::npos);
        }
    }
}

TEST_CASE_METHOD(fixture, "log file: a directory that goes away fails until it is back")
{
    const std::string directory = folder / "logs";
    fs::create_directory(directory);
    path = directory + "/events.ndjson";
    log_file file{settings()};
    append(file, 1, 1);
    fs::remove_all(directory);
    const auto gone = append(file, 2, 2);
    CHECK(gone.failure);
    CHECK(gone.lines == 0);
    fs::create_directory(directory);
    CHECK_FALSE(append(file, 2, 2).failure);
    CHECK(read_file(path) == lines(2, 2));
}
