#include "sinks/stdout_sink.hpp"

#include "sinks/line_writer.hpp"
#include "sinks/owned_fd.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace webhookd {

namespace {

using descriptor = asio::posix::basic_stream_descriptor<executor>;

enum class way : std::uint8_t {
    plain,         ///< A regular file: never blocks for long.
    socket,        ///< MSG_DONTWAIT.
    non_blocking,  ///< A description of our own.
    pieces         ///< Wait, then at most PIPE_BUF.
};

class stdout_sink final : public sink {
public:
    stdout_sink(int fd, sink_context& context, std::chrono::milliseconds stall)
        : fd_{fd}, stall_{stall}, ready_{context.io}, timer_{context.io}
    {
        open();
        policy_.batch_bytes_max = 256u << 10;
        policy_.retry_initial = std::chrono::milliseconds{200};
        policy_.retry_max = std::chrono::milliseconds{5'000};
    }

    const delivery_policy& policy() const noexcept override { return policy_; }

    task<attempt> deliver(std::span<const event* const> batch) override;

    void cancel() override
    {
        cancelled_ = true;
        stop_waiting();
    }

private:
    void open();

    // What epoll does not know (a file) was never assigned: there is nothing to cancel then.
    void stop_waiting() noexcept
    {
        error_code ignored;
        ready_.cancel(ignored);
    }

    ssize_t write_some(std::span<const iovec> what);
    task<error_code> writable();
    task<error_code> write_all(line_pieces& what);

    const int fd_;
    const std::chrono::milliseconds stall_;
    delivery_policy policy_;
    way way_ = way::plain;
    owned_fd own_;
    descriptor ready_;
    wait_timer timer_;
    line_pieces pieces_;
    std::uint64_t torn_sequence_ = 0;  ///< Of the event whose line was begun.
    std::size_t torn_bytes_ = 0;       ///< Of it that were written.
    bool cancelled_ = false, stalled_ = false;
};

void stdout_sink::open()
{
    struct ::stat info{};
    if (::fstat(fd_, &info) != 0)
        throw std::runtime_error("standard output is closed: redirect it, or remove the sink");
    if (S_ISSOCK(info.st_mode)) {
        way_ = way::socket;
    }
    else if (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd_);
        own_ = owned_fd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
        way_ = own_ ? way::non_blocking : way::pieces;
    }
    owned_fd wait{::epoll_create1(EPOLL_CLOEXEC)};
    epoll_event interest{};
    interest.events = EPOLLOUT;
    if (way_ == way::plain || !wait ||
        ::epoll_ctl(wait.get(), EPOLL_CTL_ADD, own_ ? own_.get() : fd_, &interest) != 0) {
        // What epoll does not know (a file, /dev/null) is always ready.
        way_ = way::plain;
        own_ = owned_fd{};
        return;
    }
    ready_.assign(wait.release());
}

ssize_t stdout_sink::write_some(std::span<const iovec> what)
{
    if (way_ != way::socket)
        return ::writev(own_ ? own_.get() : fd_, what.data(), static_cast<int>(what.size()));
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(what.data());  // Not changed, only not declared so.
    message.msg_iovlen = what.size();
    return ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

task<error_code> stdout_sink::writable()
{
    if (cancelled_)
        co_return errc::cancelled;
    stalled_ = false;
    timer_.expires_after(stall_);
    // Nothing runs any more once the sink is destroyed, so `this` is good.
    timer_.async_wait([this](const error_code& ec) {
        if (ec)
            return;
        stalled_ = true;
        stop_waiting();
    });
    const auto [ec] = co_await ready_.async_wait(descriptor::wait_read, use_tuple);
    timer_.cancel();
    if (cancelled_)
        co_return errc::cancelled;
    if (stalled_)
        co_return errc::timed_out;
    co_return ec;
}

task<error_code> stdout_sink::write_all(line_pieces& what)
{
    while (!what.done()) {
        if (way_ == way::pieces) {
            const auto ec = co_await writable();
            if (ec)
                co_return ec;
        }
        const auto n = write_some(what.next(way_ == way::pieces ? PIPE_BUF : 0));
        if (n >= 0) {
            what.advance(static_cast<std::size_t>(n));
            continue;
        }
        const int why = errno;
        if (why == EINTR)
            continue;
        if ((why != EAGAIN && why != EWOULDBLOCK) || way_ == way::plain)
            co_return error_code{why, boost::system::system_category()};
        const auto ec = co_await writable();
        if (ec)
            co_return ec;
    }
    co_return error_code{};
}

task<attempt> stdout_sink::deliver(std::span<const event* const> batch)
{
    pieces_.assign(batch);
    if (torn_bytes_ > 0 && batch.front()->sequence == torn_sequence_)
        pieces_.advance(torn_bytes_);
    else if (torn_bytes_ > 0)
        pieces_.begin_with_newline();  // Its event went another way.
    const auto ec = co_await write_all(pieces_);
    torn_bytes_ = 0;
    if (!ec)
        co_return attempt{};
    const std::size_t lines = pieces_.lines_done();
    // Also where the reader is gone: a pipe keeps what it holds for the next one.
    if (lines < batch.size()) {
        torn_bytes_ = pieces_.torn_bytes();
        torn_sequence_ = batch[lines]->sequence;
    }
    const bool stalled = ec == errc::timed_out;
    co_return attempt::again(
        stalled ? "the reader of standard output does not read" : "cannot write: " + ec.message(),
        lines
    );
}

}  // namespace

std::unique_ptr<sink> make_stdout_sink(
    int fd, sink_context& context, std::chrono::milliseconds stall
)
{
    return std::make_unique<stdout_sink>(fd, context, stall);
}

}  // namespace webhookd
