#include "sinks/stdout_sink.hpp"

#include "sinks/owned_fd.hpp"
#include "support/catch.hpp"
#include "support/events.hpp"
#include "support/files.hpp"
#include "support/run_task.hpp"

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

// What a reader gets, a piece at a time, until the writers are gone.
std::string read_all(int fd)
{
    std::string out, piece(1'000, '\0');
    for (ssize_t n = 1; n > 0;) {
        n = ::read(fd, piece.data(), piece.size());
        out.append(piece, 0, n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return out;
}

std::string lines(std::uint64_t first, std::uint64_t last)
{
    std::string out;
    for (const event& e : test::make_events(first, last))
        out += test::line_of(e);
    return out;
}

struct ends {
    owned_fd read, write;
};

ends make_ends(const std::string& kind)
{
    int two[2] = {-1, -1};
    REQUIRE((kind == "pipe" ? ::pipe(two) : ::socketpair(AF_UNIX, SOCK_STREAM, 0, two)) == 0);
    return {owned_fd{two[0]}, owned_fd{two[1]}};
}

struct fixture {
    fixture() { std::signal(SIGPIPE, SIG_IGN); }

    test::sink_home home;
    std::vector<event> events = test::make_events(1, 2'000);
    std::vector<const event*> batch = test::pointers(events);
};

}  // namespace

TEST_CASE_METHOD(fixture, "stdout: writes more than a reader takes at once")
{
    auto e = make_ends(GENERATE("pipe", "socket"));
    std::string got;
    std::thread reader{[&] { got = read_all(e.read.get()); }};
    auto out = make_stdout_sink(e.write.get(), home.context);
    const auto a = home.run(out->deliver(batch));
    out.reset();
    e.write = owned_fd{};
    reader.join();
    CHECK(a.what == attempt::outcome::done);
    CHECK(got == lines(1, 2'000));
}

TEST_CASE_METHOD(fixture, "stdout: leaves the flags of what it shares alone")
{
    auto e = make_ends(GENERATE("pipe", "socket"));
    const int before = ::fcntl(e.write.get(), F_GETFL);
    auto out = make_stdout_sink(e.write.get(), home.context, 20ms);
    home.run(out->deliver(batch));
    CHECK(::fcntl(e.write.get(), F_GETFL) == before);
}

TEST_CASE_METHOD(fixture, "stdout: a reader that stops is a failure, and nothing is torn or lost")
{
    auto e = make_ends(GENERATE("pipe", "socket"));
    auto out = make_stdout_sink(e.write.get(), home.context, 20ms);
    const auto a = home.run(out->deliver(batch));
    CHECK(a.what == attempt::outcome::again);
    CHECK(a.taken > 0);
    REQUIRE(a.taken < batch.size());

    std::string got;
    std::thread reader{[&] { got = read_all(e.read.get()); }};
    // Where the machine is busy, the reader may be late for these 20 ms again.
    std::size_t taken = 0;
    attempt b = a;
    for (int tries = 0; b.what == attempt::outcome::again && tries < 1000; ++tries) {
        taken += b.taken;
        b = home.run(out->deliver(std::span<const event* const>{batch}.subspan(taken)));
    }
    CHECK(b.what == attempt::outcome::done);
    out.reset();
    e.write = owned_fd{};
    reader.join();
    CHECK(got == lines(1, 2'000));
}

TEST_CASE_METHOD(fixture, "stdout: a line left torn is ended, where its event went another way")
{
    auto e = make_ends("pipe");
    auto out = make_stdout_sink(e.write.get(), home.context, 20ms);
    const auto a = home.run(out->deliver(batch));
    REQUIRE(a.taken < batch.size() - 1);

    std::string got;
    std::thread reader{[&] { got = read_all(e.read.get()); }};
    const auto rest = std::span<const event* const>{batch}.subspan(a.taken + 1);
    home.run(out->deliver(rest));
    out.reset();
    e.write = owned_fd{};
    reader.join();
    CHECK(got.starts_with(lines(1, a.taken)));
    CHECK(got.ends_with("\n" + lines(a.taken + 2, 2'000)));
}

TEST_CASE_METHOD(fixture, "stdout: a reader that went away is a failure")
{
    auto e = make_ends(GENERATE("pipe", "socket"));
    auto out = make_stdout_sink(e.write.get(), home.context);
    e.read = owned_fd{};
    for (int i = 0; i < 2; ++i) {
        const auto a = home.run(out->deliver(batch));
        CHECK(a.what == attempt::outcome::again);
        CHECK(a.taken == 0);
    }
}

TEST_CASE_METHOD(fixture, "stdout: a reader that comes back gets whole lines")
{
    const test::folder folder;
    const std::string path = folder / "fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    owned_fd first{::open(path.c_str(), O_RDONLY | O_NONBLOCK)};
    owned_fd write{::open(path.c_str(), O_WRONLY)};
    auto out = make_stdout_sink(write.get(), home.context, 20ms);
    const auto stalled = home.run(out->deliver(batch));
    CHECK(stalled.what == attempt::outcome::again);
    const auto rest = std::span<const event* const>{batch}.subspan(stalled.taken);
    first = owned_fd{};
    const auto gone = home.run(out->deliver(rest));
    CHECK(gone.what == attempt::outcome::again);
    CHECK(gone.taken == 0);

    owned_fd second{::open(path.c_str(), O_RDONLY | O_NONBLOCK)};
    ::fcntl(second.get(), F_SETFL, 0);
    std::string got;
    std::thread reader{[&] { got = read_all(second.get()); }};
    const auto a = home.run(out->deliver(rest));
    out.reset();
    write = owned_fd{};
    reader.join();
    CHECK(a.what == attempt::outcome::done);
    CHECK(got == lines(1, 2'000));
}

TEST_CASE_METHOD(fixture, "stdout: a file and /dev/null are written too")
{
    const test::folder folder;
    const std::string path = folder / "out";
    owned_fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)};
    auto out = make_stdout_sink(file.get(), home.context);
    CHECK(home.run(out->deliver(batch)).what == attempt::outcome::done);
    CHECK(test::read_file(path) == lines(1, 2'000));
    owned_fd null{::open("/dev/null", O_WRONLY)};
    auto nowhere = make_stdout_sink(null.get(), home.context);
    CHECK(home.run(nowhere->deliver(batch)).what == attempt::outcome::done);
}

TEST_CASE_METHOD(fixture, "stdout: ends at once when it is told to, though nobody reads")
{
    auto e = make_ends("pipe");
    auto out = make_stdout_sink(e.write.get(), home.context, 1h);
    asio::post(home.io, [&] { out->cancel(); });
    const auto a = home.run(out->deliver(batch));
    CHECK(a.what == attempt::outcome::again);
    CHECK(home.run(out->deliver(batch)).what == attempt::outcome::again);
}

TEST_CASE_METHOD(fixture, "stdout: a closed descriptor is refused at start")
{
    const int fd = 100'000;  // Above what a process may open.
    CHECK_THROWS_AS(make_stdout_sink(fd, home.context), std::runtime_error);
}
