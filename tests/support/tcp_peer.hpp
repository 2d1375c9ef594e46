#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace webhookd::test {

/// A server under the test's control on a free port of 127.0.0.1: each connection gets a thread
/// of its own that runs `serve` with the blocking socket. Ends, and joins all, when it goes.
class tcp_peer {
public:
    using tcp = boost::asio::ip::tcp;

    explicit tcp_peer(std::function<void(tcp::socket&)> serve)
        : serve_{std::move(serve)},
          acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}},
          port_{acceptor_.local_endpoint().port()},
          thread_{[this] { accept(); }}
    {
    }

    ~tcp_peer()
    {
        stopping_ = true;
        boost::system::error_code ignored;
        tcp::socket knock{context_};
        knock.connect({boost::asio::ip::address_v4::loopback(), port_}, ignored);
        thread_.join();
        for (auto& t : threads_)
            t.join();
    }

    std::string port() const { return std::to_string(port_); }

    /// Reads one HTTP request. @return its bytes; empty where the connection ended.
    static std::string read_request(tcp::socket& from, std::string& buffer)
    {
        boost::system::error_code ec;
        auto more = boost::asio::dynamic_buffer(buffer);
        const auto head = boost::asio::read_until(from, more, "\r\n\r\n", ec);
        if (ec)
            return {};
        std::size_t length = 0;
        if (const auto at = buffer.find("Content-Length: "); at < head)
            length = std::stoul(buffer.substr(at + 16));
        while (buffer.size() < head + length) {
            char bytes[4096];
            const auto n = from.read_some(boost::asio::buffer(bytes), ec);
            if (ec)
                return {};
            buffer.append(bytes, n);
        }
        std::string out = buffer.substr(0, head + length);
        buffer.erase(0, head + length);
        return out;
    }

    static void write(tcp::socket& to, std::string_view text)
    {
        boost::system::error_code ignored;
        boost::asio::write(to, boost::asio::buffer(text), ignored);
    }

private:
    void accept()
    {
        for (;;) {
            boost::system::error_code ec;
            auto socket = std::make_shared<tcp::socket>(acceptor_.accept(ec));
            if (stopping_)
                return;
            if (!ec)
                threads_.emplace_back([this, socket] { serve_(*socket); });
        }
    }

    std::function<void(tcp::socket&)> serve_;
    boost::asio::io_context context_;
    tcp::acceptor acceptor_;
    unsigned short port_;
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> threads_;
    std::thread thread_;
};

}  // namespace webhookd::test
