// A disk that does not take what was written. The kernel then forgets those pages, and says so
// once: the next sync is good again (fsync(2), EIO; https://wiki.postgresql.org/wiki/Fsync_Errors).
#include "support/catch.hpp"
#include "support/stores.hpp"

#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace testing;
using namespace webhookd;

namespace {

// What the disk has of a file is what it had at the last good sync.
class forgetful_disk {
public:
    // While no SQLite has the file open: closing any descriptor of it would give its locks up.
    void watch(const std::string& path)
    {
        const std::lock_guard lock{mutex_};
        struct stat file{};
        inode_ = ::stat(path.c_str(), &file) == 0 ? file.st_ino : 0;
        std::ifstream in{path, std::ios::binary};
        on_disk_.assign(std::istreambuf_iterator<char>{in}, {});
        left_ = -1;
        failed_ = 0;
    }

    // The sync after `good` more ones fails.
    void fail_after(int good)
    {
        const std::lock_guard lock{mutex_};
        left_ = good;
    }

    int failed() const { return failed_; }

    int sync(int fd)
    {
        const std::lock_guard lock{mutex_};
        struct stat file{};
        if (inode_ == 0 || ::fstat(fd, &file) != 0 || file.st_ino != inode_)
            return static_cast<int>(::syscall(SYS_fdatasync, fd));
        if (left_ != 0) {
            left_ -= left_ > 0 ? 1 : 0;
            on_disk_.resize(static_cast<std::size_t>(file.st_size));
            return ::pread(fd, on_disk_.data(), on_disk_.size(), 0) == file.st_size ? 0 : -1;
        }
        left_ = -1;
        ++failed_;
        // By the same descriptor: closing another one would give SQLite's locks up.
        (void)!::ftruncate(fd, static_cast<off_t>(on_disk_.size()));
        (void)!::pwrite(fd, on_disk_.data(), on_disk_.size(), 0);
        errno = EIO;
        return -1;
    }

private:
    std::mutex mutex_;
    ino_t inode_ = 0;
    std::vector<char> on_disk_;
    int left_ = -1;  // below zero: none fails
    std::atomic<int> failed_ = 0;
};

forgetful_disk disk;

std::vector<receipt> others(int from)
{
    std::vector<receipt> out;
    for (int i = from; i < from + 10; ++i)
        out.push_back(make_other(std::to_string(i) + std::string(10'000, '.')));
    return out;
}

// Commits with upkeep between until the store says that it is lost.
std::uint64_t commit_until_lost(test_store& s)
{
    std::uint64_t committed = 0;
    for (int i = 0; i < 4000 && !s.kept->lost(); ++i) {
        const timestamp at = noon + std::chrono::seconds{i};
        if (!s.commit(others(i * 10), at).failed)
            committed += 10;
        (void)s.kept->upkeep(at, 0);
    }
    return committed;
}

void expect_all(test_store& s, std::uint64_t committed)
{
    REQUIRE(s.kept->size().last_sequence == committed);
    const auto reader = s.reader();
    for (std::uint64_t after = 0; after < committed;) {
        const auto events = reader->read_events(after, 500, 64u << 20);
        REQUIRE(events.has_value());
        REQUIRE_FALSE(events->empty());
        for (const event& e : *events) {
            REQUIRE(e.sequence == ++after);
            REQUIRE(e.body.starts_with(std::to_string(after - 1) + "."));
        }
    }
}

}  // namespace

// Instead of the C library's, for SQLite too.
extern "C" int fdatasync(int fd)
{
    return disk.sync(fd);
}

TEST_CASE("a file whose sync failed is taken from the log again, and nothing is lost")
{
    const bool beside = GENERATE(false, true);
    const int good = GENERATE(0, 1, 2, 3);
    CAPTURE(beside, good);
    test_store s;
    s.close();
    disk.watch(s.settings.path);
    s.open();
    std::jthread lent;
    if (beside) {
        const auto run = [&](std::function<void()> work) { lent = std::jthread{std::move(work)}; };
        REQUIRE(s.kept->lend_thread(run).has_value());
    }
    disk.fail_after(good);
    const std::uint64_t committed = commit_until_lost(s);
    lent = {};
    REQUIRE(s.kept->lost());
    REQUIRE(disk.failed() == 1);

    CHECK(s.commit(others(1'000'000), noon).failed == errc::store_failed);
    CHECK_FALSE(s.kept->probe());
    CHECK_FALSE(s.kept->save_cursors(std::vector<sink_cursor>{{"crm", 1, {}, {}}}));
    CHECK_FALSE(s.kept->put_context("default", message_id{ulid(1)}, "{}", noon));
    s.close();
    s.open();
    CHECK_FALSE(s.kept->lost());
    expect_all(s, committed);
    CHECK_FALSE(s.commit(others(1'000'000), noon).failed);
    disk.watch("");
}

TEST_CASE("a commit whose sync fails is refused, and so is all that comes after it")
{
    test_store s;
    REQUIRE(s.commit(others(0)).told() == 10);
    disk.watch(s.settings.path + "-wal");  // which is not locked
    disk.fail_after(1);
    REQUIRE(s.commit(others(10)).told() == 10);
    CHECK(s.commit(others(20)).failed == errc::store_failed);
    CHECK(s.kept->lost());
    CHECK(s.commit(others(20)).failed == errc::store_failed);
    CHECK_FALSE(s.kept->upkeep(noon, 0).has_value());
    s.close();
    s.open();
    expect_all(s, 20);
    CHECK(s.commit(others(20)).told() == 10);
    disk.watch("");
}

TEST_CASE("a store whose log cannot be taken in is not opened, and the log stays")
{
    test_store s;
    REQUIRE(s.commit(others(0)).told() == 10);
    disk.watch(s.settings.path + "-wal");
    disk.fail_after(0);
    CHECK(s.commit(others(10)).failed);
    s.close();

    disk.watch(s.settings.path);
    disk.fail_after(0);
    CHECK(open_store(s.settings).error() == errc::store_failed);
    CHECK(disk.failed() == 1);
    s.open();
    expect_all(s, 10);
    disk.watch("");
}
