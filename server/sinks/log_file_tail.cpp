#include "sinks/log_file_tail.hpp"

#include "sinks/log_file.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace webhookd {

namespace {

constexpr std::string_view line_start = "{\"specversion\":\"1.0\"";
constexpr std::uint64_t block_bytes = 64 * 1024;

error_code read_at(int fd, std::uint64_t offset, std::string& into, std::size_t count)
{
    into.resize(count);
    std::size_t got = 0;
    while (got < count) {
        const auto n =
            ::pread(fd, into.data() + got, count - got, static_cast<off_t>(offset + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return last_system_error();
        if (n == 0)
            break;
        got += static_cast<std::size_t>(n);
    }
    into.resize(got);
    return {};
}

}  // namespace

std::optional<std::uint64_t> line_sequence(std::string_view line)
{
    // In JSON a quote inside a string is escaped, so these bytes are never part of one; and our
    // `sequence` stands in front of `data`, where everybody else's may have one.
    constexpr std::string_view key = "\"sequence\":\"";
    if (!line.starts_with(line_start) || !line.ends_with(event_tail))
        return std::nullopt;
    const auto at = line.find(key);
    if (at == std::string_view::npos)
        return std::nullopt;
    line.remove_prefix(at + key.size());
    std::uint64_t sequence = 0;
    const auto [end, ec] = std::from_chars(line.data(), line.data() + line.size(), sequence);
    if (ec != std::errc{} || *end != '"' || line.front() == '0')
        return std::nullopt;
    return sequence;
}

result<file_tail> read_tail(int fd)
{
    struct ::stat info{};
    if (::fstat(fd, &info) != 0)
        return last_system_error();
    const auto size = static_cast<std::uint64_t>(info.st_size);
    file_tail out;
    std::string held, block;  // `held`: from the start of the last block read to the end of a line.
    std::uint64_t start = size;
    bool newline_seen = false;
    while (start > 0 && size - start < tail_bytes_max) {
        const std::uint64_t count = std::min(block_bytes, start);
        if (const auto ec = read_at(fd, start - count, block, static_cast<std::size_t>(count)); ec)
            return ec;
        if (block.size() < count)
            return errc::sink_unavailable;  // It shrank under our hands.
        start -= count;
        held.insert(0, block);
        if (!newline_seen) {
            const auto last = held.rfind('\n');
            if (last == std::string::npos)
                continue;
            newline_seen = true;
            out.whole = start + last + 1;
            out.torn = held.substr(last + 1, 256);
            out.torn_bytes = held.size() - last - 1;
            held.resize(last);
        }
        // Whole lines from the back; the first one may begin in the block before.
        for (auto at = held.rfind('\n'); at != std::string::npos; at = held.rfind('\n')) {
            out.sequence = line_sequence(std::string_view{held}.substr(at + 1));
            if (out.sequence)
                return out;
            held.resize(at);
        }
    }
    if (newline_seen && start == 0) {
        out.sequence = line_sequence(held);
    }
    else if (!newline_seen) {
        out.torn = held.substr(0, 256);
        out.torn_bytes = size;
    }
    return out;
}

bool ours_or_empty(std::string_view torn) noexcept
{
    const auto text = torn.substr(0, std::min(torn.size(), line_start.size()));
    return line_start.starts_with(text) || torn.find_first_not_of('\0') == std::string_view::npos;
}

std::string newest_rotated(const std::string& path)
{
    namespace fs = std::filesystem;
    const fs::path whole{path};
    const std::string name = whole.filename();
    std::string found;
    fs::file_time_type newest{};
    std::error_code ec;
    fs::directory_iterator at{whole.has_parent_path() ? whole.parent_path() : ".", ec};
    for (; !ec && at != fs::directory_iterator{}; at.increment(ec)) {
        const std::string other = at->path().filename();
        std::error_code unreadable;
        if (other.size() <= name.size() || !other.starts_with(name) ||
            (other[name.size()] != '.' && other[name.size()] != '-') ||
            !at->is_regular_file(unreadable))
            continue;
        const auto suffix = at->path().extension();
        if (suffix == ".gz" || suffix == ".xz" || suffix == ".zst" || suffix == ".bz2")
            continue;
        const auto when = at->last_write_time(unreadable);
        if (!unreadable && (found.empty() || when > newest)) {
            newest = when;
            found = at->path();
        }
    }
    return found;
}

}  // namespace webhookd
