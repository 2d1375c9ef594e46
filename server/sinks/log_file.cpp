#include "sinks/log_file.hpp"

#include "base/log.hpp"
#include "base/time.hpp"
#include "sinks/log_file_tail.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace webhookd {

namespace {

namespace fs = std::filesystem;
using clock_point = std::chrono::system_clock::time_point;

// `20260216T095910.482113Z`: sorts by time, and needs no quoting in a shell.
std::string rotation_suffix(clock_point at)
{
    std::string text;
    append_rfc3339_micros(text, std::chrono::floor<std::chrono::microseconds>(at));
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

bool is_rotation_suffix(std::string_view text)
{
    constexpr std::string_view form = "00000000T000000.000000Z";
    if (text.size() != form.size())
        return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != form[i])
            return false;
    }
    return true;
}

std::string remedy(const error_code& ec)
{
    switch (ec.value()) {
        case ENOENT: return "make the directory";
        case EACCES:
        case EPERM: return "let the daemon's user write there";
        case EROFS: return "choose a path that is not on a read-only file system";
        case EISDIR: return "give the path of a file, not of a directory";
        case ENOSPC: return "make room on the file system";
        default: return "check the path";
    }
}

}  // namespace

log_file::log_file(file_sink_settings settings) : settings_{std::move(settings)}
{
    const fs::path path{settings_.path};
    directory_ = path.has_parent_path() ? path.parent_path().string() : ".";
    file_name_ = path.filename();
    struct ::stat info{};
    if (::stat(settings_.path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
        throw std::runtime_error(
            settings_.path + " is not a regular file: give the path of one, or use `type: stdout`"
        );
    if (const auto ec = open(); ec)
        throw std::runtime_error(
            "cannot write " + settings_.path + ": " + ec.message() + "; " + remedy(ec)
        );
}

error_code log_file::open()
{
    constexpr int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    owned_fd fresh{::open(settings_.path.c_str(), flags, 0640)};
    struct ::stat info{};
    if (!fresh || ::fstat(fresh.get(), &info) != 0)
        return last_system_error();
    if (!S_ISREG(info.st_mode))
        return {EINVAL, boost::system::system_category()};
    retire();
    fd_ = std::move(fresh);
    device_ = info.st_dev;
    inode_ = info.st_ino;
    size_ = static_cast<std::uint64_t>(info.st_size);
    const clock_point written{std::chrono::seconds{info.st_mtim.tv_sec}};
    interval_ = interval_of(written);
    reopen_ = false;
    directory_dirty_ = true;
    return repair();
}

// Cuts off what a crash left of a line. What is not ours is ended with a newline instead.
error_code log_file::repair()
{
    if (size_ == 0)
        return {};
    const auto tail = read_tail(fd_.get());
    if (!tail)
        return tail.error();
    if (tail->torn_bytes == 0)
        return {};
    dirty_ = true;
    if (!ours_or_empty(tail->torn)) {
        if (::write(fd_.get(), "\n", 1) != 1)
            return last_system_error();
        ++size_;
        return {};
    }
    log::warn(
        "cut a torn line off", {{"file.path", settings_.path}, {"file.bytes", tail->torn_bytes}}
    );
    if (::ftruncate(fd_.get(), static_cast<off_t>(tail->whole)) != 0)
        return last_system_error();
    size_ = tail->whole;
    return {};
}

void log_file::retire()
{
    if (fd_ && dirty_)
        retired_.push_back(std::move(fd_));
    fd_ = owned_fd{};
    dirty_ = false;
}

std::optional<std::uint64_t> log_file::last_sequence()
{
    if (const auto tail = read_tail(fd_.get()); tail && tail->sequence)
        return tail->sequence;
    const std::string rotated = newest_rotated(settings_.path);
    if (rotated.empty())
        return std::nullopt;
    const owned_fd old{::open(rotated.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!old)
        return std::nullopt;
    const auto tail = read_tail(old.get());
    return tail ? tail->sequence : std::nullopt;
}

std::int64_t log_file::interval_of(clock_point at) const noexcept
{
    if (!settings_.rotate_interval)
        return 0;
    const auto since = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch());
    return since / *settings_.rotate_interval;
}

error_code log_file::prepare(std::uint64_t batch_bytes, clock_point at)
{
    struct ::stat there{}, mine{};
    const bool known = fd_ && ::fstat(fd_.get(), &mine) == 0;
    const bool found = ::stat(settings_.path.c_str(), &there) == 0;
    if (!known || !found || reopen_ || there.st_ino != inode_ || there.st_dev != device_) {
        if (const auto ec = open(); ec)
            return ec;
    }
    else if (static_cast<std::uint64_t>(mine.st_size) != size_) {
        // Truncated by logrotate's copytruncate, or written to by somebody else.
        size_ = static_cast<std::uint64_t>(mine.st_size);
        if (const auto ec = repair(); ec)
            return ec;
    }
    const bool too_big = settings_.rotate_size && size_ + batch_bytes > *settings_.rotate_size;
    const bool too_old = settings_.rotate_interval && interval_ != interval_of(at);
    if (size_ > 0 && (too_big || too_old))
        return rotate(at);
    interval_ = interval_of(at);
    return {};
}

error_code log_file::rotate(clock_point at)
{
    std::string to;
    do {
        to = settings_.path + "." + rotation_suffix(at);
        at += std::chrono::microseconds{1};
    } while (::access(to.c_str(), F_OK) == 0);
    if (::rename(settings_.path.c_str(), to.c_str()) != 0)
        return last_system_error();
    if (const auto ec = open(); ec)
        return ec;
    interval_ = interval_of(at);
    remove_old();
    return {};
}

void log_file::remove_old() noexcept
{
    std::vector<std::string> old;
    std::error_code ec;
    fs::directory_iterator at{directory_, ec};
    for (; !ec && at != fs::directory_iterator{}; at.increment(ec)) {
        const std::string name = at->path().filename();
        if (name.size() > file_name_.size() && name.starts_with(file_name_) &&
            name[file_name_.size()] == '.' &&
            is_rotation_suffix(std::string_view{name}.substr(file_name_.size() + 1)))
            old.push_back(at->path());
    }
    std::sort(old.begin(), old.end());
    for (std::size_t i = 0; i + settings_.rotate_keep < old.size(); ++i)
        if (::unlink(old[i].c_str()) != 0)
            log::warn("cannot remove a rotated file", {{"file.path", old[i]}});
}

log_file::outcome log_file::append(std::span<const event* const> batch, clock_point at)
{
    pieces_.assign(batch);
    std::uint64_t bytes = 0;
    for (const event* e : batch)
        bytes += e->head.size() + e->body.size() + event_tail.size() + 1;
    if (const auto ec = prepare(bytes, at); ec)
        return {0, ec};
    dirty_ = true;
    while (!pieces_.done()) {
        const auto some = pieces_.next();
        const auto n = ::writev(fd_.get(), some.data(), static_cast<int>(some.size()));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || n == 0) {
            const auto why = n < 0 ? last_system_error() : error_code{errc::sink_unavailable};
            const auto torn = pieces_.torn_bytes();
            if (torn > 0 && ::ftruncate(fd_.get(), static_cast<off_t>(size_ - torn)) == 0)
                size_ -= torn;
            else if (torn > 0)
                reopen_ = true;  // Which cuts it off.
            return {pieces_.lines_done(), why};
        }
        pieces_.advance(static_cast<std::size_t>(n));
        size_ += static_cast<std::uint64_t>(n);
    }
    return {batch.size(), {}};
}

std::vector<owned_fd> log_file::to_sync()
{
    std::vector<owned_fd> out = std::move(retired_);
    retired_.clear();
    if (dirty_ && fd_)
        out.emplace_back(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    dirty_ = false;
    if (directory_dirty_)
        out.emplace_back(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    directory_dirty_ = false;
    return out;
}

void log_file::sync_failed(std::vector<owned_fd> files)
{
    directory_dirty_ = dirty_ = true;
    for (owned_fd& f : files)
        retired_.push_back(std::move(f));
}

}  // namespace webhookd
