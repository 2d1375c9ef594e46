#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace webhookd {

namespace asio = boost::asio;
using asio::ip::tcp;

/// The concrete executor of every I/O object: `any_io_executor` would cost an indirection and an
/// allocation an operation.
using executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;

/// A coroutine on a thread's `io_context`.
template <class T = void>
using task = asio::awaitable<T, executor>;

/// Completion token of every I/O call: `auto [ec, n] = co_await op(..., use_tuple)`.
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable_t<executor>{});

}  // namespace webhookd
