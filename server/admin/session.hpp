#pragma once

#include "admin/access.hpp"
#include "admin/api.hpp"
#include "admin/live_tail.hpp"
#include "net/tcp.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <set>

namespace webhookd {

/// A connection of either kind: TCP or unix.
using admin_socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;

/// What the connections of the admin listener share. Admin thread only.
struct admin_shared {
    admin_api api;
    admin_access access;
    executor ex;
    std::set<live_client*> live;          ///< The open streams.
    std::atomic<std::size_t> streams{0};  ///< How many; for any thread.
    bool stopping = false;
};

/// One connection, from accept to close.
class admin_session {
public:
    virtual ~admin_session() = default;
    virtual task<void> run() = 0;
    /// Ends it at once.
    virtual void close() = 0;
};

std::unique_ptr<admin_session> make_admin_session(admin_socket socket, admin_shared& shared);

}  // namespace webhookd
