#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace webhookd::test {

/// What a peer was asked. Names of headers in lower case.
struct peer_request {
    std::string line;
    std::map<std::string, std::string> headers;
    std::string body;
    std::uint64_t connection = 0;  ///< Counts from 1.

    std::string header(const std::string& name) const
    {
        const auto at = headers.find(name);
        return at == headers.end() ? "" : at->second;
    }
};

/// What a peer does about a request.
struct peer_reply {
    std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    bool close = false;                  ///< Close behind it.
    std::chrono::milliseconds stall{0};  ///< Before it, or until the peer is stopped.
};

/// `HTTP/1.1 <status>`, these header lines, no body.
inline peer_reply answer(int status, const std::string& headers = "")
{
    return {
        "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers + "Content-Length: 0\r\n\r\n"
    };
}

/// Certificates made for one test run: a CA, and servers and clients it vouches for.
class test_pki {
public:
    explicit test_pki(std::string folder);

    /// @param names  As in subjectAltName: `DNS:localhost,IP:127.0.0.1`.
    void issue(const std::string& name, const std::string& names) const;

    std::string certificate(const std::string& name) const { return folder_ + "/" + name + ".pem"; }

    std::string key(const std::string& name) const { return folder_ + "/" + name + ".key"; }

    std::string ca() const { return certificate("ca"); }

private:
    std::string folder_;
};

/// An HTTP server on loopback whose every answer the test decides, plain or TLS. A thread a
/// connection, blocking sockets.
class http_peer {
public:
    using handler = std::function<peer_reply(const peer_request&)>;

    struct tls_files {
        std::string certificate, key;
        std::string client_ca;  ///< Empty: no client certificate is asked for.
        int version_max = 0;    ///< 0: the newest.
        bool stall_handshake = false;
    };

    explicit http_peer(handler h, std::uint16_t port = 0);
    http_peer(handler h, const tls_files& tls);
    ~http_peer();

    std::uint16_t port() const { return port_; }

    std::string url(const std::string& host = "127.0.0.1") const
    {
        return (context_ ? "https://" : "http://") + host + ":" + std::to_string(port_) +
               "/hooks?x=1";
    }

    /// Everything it was asked so far, in the order in which requests were complete.
    std::vector<peer_request> requests() const;
    std::size_t count() const;

    std::uint64_t connections() const { return connections_; }

    /// The most requests that were in hand at once.
    std::size_t at_once() const { return at_once_; }

    /// Closes every connection that idles, as a server does after a while.
    void close_all();
    void set(handler h);

private:
    struct session;

    void open(std::uint16_t port);
    void accept_all();
    void serve(std::shared_ptr<session> s);
    bool read_request(session& s, peer_request& r);
    void stall(std::chrono::milliseconds time);

    std::shared_ptr<SSL_CTX> context_;
    bool stall_handshake_ = false;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> connections_{0};
    std::atomic<std::size_t> in_hand_{0}, at_once_{0};
    mutable std::mutex mutex_;
    std::condition_variable stopped_;
    handler handler_;
    std::vector<peer_request> requests_;
    std::vector<std::shared_ptr<session>> sessions_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace webhookd::test
