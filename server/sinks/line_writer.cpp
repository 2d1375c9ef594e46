#include "sinks/line_writer.hpp"

#include <algorithm>
#include <limits.h>

namespace webhookd {

namespace {

constexpr std::string_view line_tail = "}}\n";
static_assert(line_tail.starts_with(event_tail));

iovec piece(std::string_view bytes) noexcept
{
    return {const_cast<char*>(bytes.data()), bytes.size()};  // writev takes them as not const.
}

}  // namespace

void line_pieces::assign(std::span<const event* const> batch)
{
    pieces_.clear();
    line_ends_.clear();
    made_.clear();
    at_ = written_ = 0;
    std::size_t end = 0;
    for (const event* e : batch) {
        std::string_view payload = e->body;
        if (e->form != payload_form::verbatim) {
            append_payload(made_.emplace_back(), *e);
            payload = made_.back();
        }
        pieces_.push_back(piece(e->head));
        if (!payload.empty())
            pieces_.push_back(piece(payload));
        pieces_.push_back(piece(line_tail));
        end += e->head.size() + payload.size() + line_tail.size();
        line_ends_.push_back(end);
    }
}

void line_pieces::begin_with_newline()
{
    constexpr std::string_view newline = "\n";
    pieces_.insert(pieces_.begin(), piece(newline));
    for (std::size_t& end : line_ends_)
        end += newline.size();
}

std::span<const iovec> line_pieces::next(std::size_t bytes_max)
{
    const std::span<const iovec> rest{
        pieces_.begin() + static_cast<std::ptrdiff_t>(at_), pieces_.end()
    };
    const auto some = rest.first(std::min<std::size_t>(rest.size(), IOV_MAX));
    if (bytes_max == 0)
        return some;
    limited_.clear();
    for (const iovec& p : some) {
        const std::size_t take = std::min(p.iov_len, bytes_max);
        limited_.push_back({p.iov_base, take});
        bytes_max -= take;
        if (bytes_max == 0)
            break;
    }
    return limited_;
}

void line_pieces::advance(std::size_t count)
{
    written_ += count;
    while (count > 0) {
        iovec& p = pieces_[at_];
        const std::size_t take = std::min(count, p.iov_len);
        p.iov_base = static_cast<char*>(p.iov_base) + take;
        p.iov_len -= take;
        count -= take;
        if (p.iov_len == 0)
            ++at_;
    }
}

std::size_t line_pieces::lines_done() const noexcept
{
    const auto after = std::upper_bound(line_ends_.begin(), line_ends_.end(), written_);
    return static_cast<std::size_t>(after - line_ends_.begin());
}

std::size_t line_pieces::line_start() const noexcept
{
    const std::size_t done = lines_done();
    return done == 0 ? 0 : line_ends_[done - 1];
}

}  // namespace webhookd
