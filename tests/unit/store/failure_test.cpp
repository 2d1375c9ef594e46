#include "support/catch.hpp"
#include "support/stores.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace testing;
using namespace webhookd;

namespace {

error_code opening(const std::string& path)
{
    const auto opened = open_store({.path = path});
    return opened ? error_code{} : opened.error();
}

void write_file(const std::string& path, std::string_view content)
{
    std::ofstream{path, std::ios::binary} << content;
}

// While it lives, no file of this process grows over `bytes`: a full disk for everybody who writes.
class full_disk {
public:
    explicit full_disk(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        signal_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit low{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &low);
    }

    ~full_disk()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }

private:
    rlimit before_{};
    void (*signal_)(int) = nullptr;
};

std::vector<receipt> large(int from, int count)
{
    std::vector<receipt> out;
    for (int i = from; i < from + count; ++i)
        out.push_back(make_other(std::to_string(i) + std::string(20'000, '.')));
    return out;
}

}  // namespace

TEST_CASE("a second store on the same file is refused until the first one is closed")
{
    test_store s;
    CHECK(opening(s.settings.path) == errc::store_locked);
    s.close();
    CHECK_FALSE(opening(s.settings.path));
}

TEST_CASE("another process is refused as well, and a killed one leaves nothing behind")
{
    temporary_folder folder;
    const std::string path = folder / "events.db";
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto opened = open_store({.path = path});
        const char word = opened ? '+' : '-';
        (void)!::write(ready[1], &word, 1);
        for (;;)
            ::pause();
    }
    char word = 0;
    REQUIRE(::read(ready[0], &word, 1) == 1);
    CHECK(word == '+');
    CHECK(opening(path) == errc::store_locked);

    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK_FALSE(opening(path));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("the store's files are their owner's alone")
{
    test_store s;
    s.take(status{});
    for (const char* end : {"", "-wal", "-shm", ".lock"}) {
        struct stat file = {};
        REQUIRE(::stat((s.settings.path + end).c_str(), &file) == 0);
        CHECK((file.st_mode & 0777) == 0600);
    }
}

TEST_CASE("a file that is no store of ours is refused and left as it is")
{
    temporary_folder folder;
    const std::string path = folder / "events.db";
    const std::string garbage = GENERATE(
        as<std::string>{},
        "hello",
        std::string(100'000, 'x'),
        std::string("SQLite format 3\0", 16) + std::string(8192, '\xff')
    );
    write_file(path, garbage);
    CHECK(opening(path) == errc::store_corrupt);
    std::ifstream in{path, std::ios::binary};
    CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == garbage);
    CHECK(open_store_reader({.path = path}).error() == errc::store_corrupt);
}

TEST_CASE("an empty file becomes a store, one that cannot be made is an error")
{
    temporary_folder folder;
    write_file(folder / "empty.db", "");
    CHECK_FALSE(opening(folder / "empty.db"));
    CHECK(opening(folder / "missing/events.db") == errc::store_failed);
    CHECK(opening(folder.path()) == errc::store_failed);
    CHECK(open_store_reader({.path = folder / "none.db"}).error() == errc::store_failed);
}

TEST_CASE("the database of another program, and a store of a newer version, are refused")
{
    test_store s;
    s.take(status{});
    s.close();
    const auto offset = GENERATE(60L, 68L);  // user_version, application_id: SQLite's file format
    {
        std::fstream file{s.settings.path, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(offset + 3);
        file.put(99);
    }
    CHECK(opening(s.settings.path) == errc::store_corrupt);
    CHECK(open_store_reader(s.settings).error() == errc::store_corrupt);
}

TEST_CASE("a store that was cut short is refused")
{
    test_store s;
    s.commit(large(0, 50));
    s.close();
    std::filesystem::resize_file(
        s.settings.path, std::filesystem::file_size(s.settings.path) / 2 + 100
    );
    CHECK(opening(s.settings.path) == errc::store_corrupt);
}

TEST_CASE("a commit that cannot be written changes nothing, and works again later")
{
    test_store s;
    s.take(status{.campaign = "spring"});
    const auto before = s.kept->size();

    std::vector<receipt> receipts = large(0, 200);
    receipts.push_back(make(status{.what = delivery_status::read, .campaign = "spring"}));
    receipts.push_back(make(inbound{}));
    std::vector<commit_entry> entries(receipts.size());
    for (std::size_t i = 0; i < receipts.size(); ++i)
        entries[i].in = &receipts[i];
    {
        const full_disk full{1 << 20};
        const auto failed = s.kept->commit(entries, noon);
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error() == errc::store_failed);
        CHECK(s.kept->commit(entries, noon).error() == errc::store_failed);
    }
    CHECK(receipts.front().memory);  // the receipts are as they were
    CHECK_FALSE(entries.front().duplicate);
    CHECK(s.kept->size().last_sequence == before.last_sequence);
    CHECK(s.reader()->read_events(0, 1000, 1 << 30)->size() == 1);
    CHECK(s.reader()->campaign("default", "spring")->value().read == 0);

    CHECK(s.kept->probe());
    const auto done = s.kept->commit(entries, noon);
    REQUIRE(done.has_value());
    REQUIRE(*done);
    CHECK((*done)->events.size() == receipts.size());
    CHECK((*done)->events.front().sequence == 2);
    CHECK(s.reader()->campaign("default", "spring")->value().read == 1);
    CHECK(s.reader()->messages({.limit = 10})->items.size() == 1);
}

TEST_CASE("a probe says no for as long as writing fails")
{
    test_store s;
    s.commit(large(0, 40));
    s.close();  // the log is gone, and has to grow anew
    s.open();
    {
        const full_disk full{4096};  // not even a page
        CHECK_FALSE(s.kept->probe());
        CHECK_FALSE(s.kept->put_context("default", message_id{ulid(1)}, "{}", noon));
        CHECK_FALSE(s.kept->save_cursors(std::vector<sink_cursor>{{"crm", 1, {}, {}}}));
    }
    CHECK(s.kept->probe());
    CHECK(s.kept->put_context("default", message_id{ulid(1)}, "{}", noon));
}
