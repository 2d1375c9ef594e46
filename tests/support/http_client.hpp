#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace testing {

/// An answer as it came: only taken apart as far as tests look.
struct http_answer {
    int status = 0;
    std::string head;
    std::string body;

    /// Does the head hold this text?
    bool says(std::string_view text) const { return head.find(text) != std::string::npos; }
};

/// A blocking HTTP client that sends exactly the bytes it is given.
class http_client {
public:
    /// @param address  `host:port` or `unix:/path`.
    explicit http_client(const std::string& address)
    {
        namespace asio = boost::asio;
        if (address.starts_with("unix:")) {
            socket_.connect(asio::local::stream_protocol::endpoint{address.substr(5)});
            return;
        }
        const auto colon = address.rfind(':');
        const auto host = asio::ip::make_address(address.substr(0, colon));
        const auto port = static_cast<unsigned short>(std::stoi(address.substr(colon + 1)));
        socket_.connect(asio::ip::tcp::endpoint{host, port});
    }

    void write(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

    /// Reads up to and with `end`. @throws std::runtime_error  where the connection ends before.
    std::string read_until(std::string_view end)
    {
        boost::system::error_code ec;
        const auto n = boost::asio::read_until(
            socket_, boost::asio::dynamic_buffer(buffer_), std::string{end}, ec
        );
        if (ec)
            throw std::runtime_error{"the connection ended: " + buffer_};
        std::string out = buffer_.substr(0, n);
        buffer_.erase(0, n);
        return out;
    }

    http_answer read()
    {
        http_answer out;
        out.head = read_until("\r\n\r\n");
        out.status = std::stoi(out.head.substr(9, 3));
        const auto at = out.head.find("Content-Length: ");
        const std::size_t length =
            at == std::string::npos ? 0 : std::stoul(out.head.substr(at + 16));
        if (buffer_.size() < length)
            boost::asio::read(
                socket_,
                boost::asio::dynamic_buffer(buffer_),
                boost::asio::transfer_exactly(length - buffer_.size())
            );
        out.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return out;
    }

    /// Has the other side closed? Waits for it, or for a byte.
    bool closed()
    {
        char byte = 0;
        boost::system::error_code ec;
        socket_.read_some(boost::asio::buffer(&byte, 1), ec);
        return static_cast<bool>(ec);
    }

    http_answer ask(
        std::string_view method,
        std::string_view target,
        std::string_view body = {},
        std::string_view headers = {}
    )
    {
        std::string text{method};
        text += ' ' + std::string{target} + " HTTP/1.1\r\n";
        if (headers.find("Host:") == std::string_view::npos)
            text += "Host: localhost\r\n";
        text += headers;
        if (!body.empty())
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        write(text + "\r\n" + std::string{body});
        return read();
    }

private:
    boost::asio::io_context context_;
    boost::asio::generic::stream_protocol::socket socket_{context_};
    std::string buffer_;
};

}  // namespace testing
