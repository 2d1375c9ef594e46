#pragma once

#include "commit/committer.hpp"
#include "event/block.hpp"
#include "ingress/request_head.hpp"
#include "ingress/responses.hpp"
#include "ingress/routes.hpp"
#include "net/transport.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

class network_thread;
struct listener;

using steady = std::chrono::steady_clock;

struct in_all;
struct in_idle;
template <class Tag>
using list_hook = boost::intrusive::list_base_hook<
    boost::intrusive::tag<Tag>,
    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One connection, from accept to close, on one network thread: a coroutine that owns it.
///
/// It keeps one deadline, moved forward on progress and looked at by the thread's coarse timer,
/// in place of a timer an operation. While it idles it holds no buffer.
class session : public list_hook<in_all>, public list_hook<in_idle> {
public:
    session(network_thread& home, tcp_socket socket, const listener& from);
    ~session();

    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Serves the connection to its end.
    static task<> run(std::unique_ptr<session> self);

    /// Called by the thread's timer.
    void check_deadline(steady::time_point at);
    /// The writer has answered for this session's submission.
    void on_committed(const submission& finished);
    /// Ends an idle connection; one in the middle of a request goes on.
    void close_if_idle();
    /// Ends it whatever it does.
    void abort();

private:
    enum class phase : std::uint8_t { opening, idle, header, body, commit, writing, lingering };

    // What a step came to: go on with the connection, or end it.
    enum class next : std::uint8_t { keep, linger, drop };

    task<bool> open();
    task<bool> read_proxy_header();
    task<bool> handshake();
    task<next> serve_request();
    task<bool> read_header();
    task<bool> read_sized_body();
    task<bool> read_chunked_body();
    task<bool> wait_read();
    task<bool> wait_write();
    task<bool> write_all(std::string_view text);
    task<next> take_event();
    task<next> answer(request_outcome o);
    task<next> answer_health(std::string_view path);
    task<> linger();

    void enter(phase p, std::chrono::milliseconds limit);
    void begin_header();
    bool read_some(transport::outcome& out);
    bool reserve(std::size_t capacity);
    bool parse_header();
    request_outcome check_header() const;
    request_outcome commit_outcome() const;
    bool body_is_here() const noexcept;
    bool is_health(std::string_view path) const noexcept;
    response_options options(bool close) const;
    std::unique_ptr<submission> make_submission();
    void next_request();
    void refuse_log(request_outcome o) const;
    provider_header_values header_values() const noexcept;
    std::string client() const;

    network_thread& home_;
    const listener& from_;
    transport transport_;
    boost::asio::ip::address peer_;

    phase phase_ = phase::opening;
    bool timed_out_ = false;
    bool first_ = true;  ///< No request has been served yet.
    bool aborted_ = false;
    steady::time_point deadline_{};
    steady::time_point started_{};  ///< Of the request: when its header was complete.
    steady::time_point body_started_{};

    // The request in hand. Its bytes begin at the buffer's start.
    std::shared_ptr<const routes> routes_;
    block buffer_;
    std::size_t used_ = 0;      ///< Bytes in the buffer.
    std::size_t parsed_ = 0;    ///< Bytes of them that the parser has taken.
    std::size_t reserved_ = 0;  ///< Bytes counted against the thread's budget.
    std::optional<request_head> head_;
    request_outcome problem_ = request_outcome::accepted;  ///< Why a read step said no.
    block chunked_;                                        ///< A chunked body, put together.
    std::size_t chunked_size_ = 0;
    std::string_view body_;

    // The commit that is waited for.
    using commit_handler =
        asio::async_result<asio::use_awaitable_t<executor>, void(request_outcome)>::handler_type;
    std::optional<commit_handler> waiter_;
    submission* pending_ = nullptr;

    struct chunk_taker;
};

}  // namespace webhookd
