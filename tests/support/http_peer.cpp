#include "support/http_peer.hpp"

#include "support/files.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace webhookd::test {

namespace {

void run(const std::string& command)
{
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0)
        throw std::runtime_error("failed: " + command);
}

}  // namespace

test_pki::test_pki(std::string folder) : folder_{std::move(folder)}
{
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj '/CN=test CA' -keyout " +
        key("ca") + " -out " + ca());
}

void test_pki::issue(const std::string& name, const std::string& names) const
{
    const std::string extensions = folder_ + "/" + name + ".ext",
                      request = folder_ + "/" + name + ".csr";
    write_file(extensions, "subjectAltName=" + names + "\n");
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + name +
        "' -keyout " + key(name) + " -out " + request);
    run("openssl x509 -req -days 2 -in " + request + " -CA " + ca() + " -CAkey " + key("ca") +
        " -CAcreateserial -extfile " + extensions + " -out " + certificate(name));
}

struct http_peer::session {
    int fd = -1;
    std::uint64_t number = 0;
    SSL* ssl = nullptr;
    std::string held;

    ~session()
    {
        SSL_free(ssl);
        ::close(fd);
    }

    bool read_more()
    {
        char piece[16 * 1024];
        const auto n =
            ssl ? SSL_read(ssl, piece, sizeof piece) : ::recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            return false;
        held.append(piece, static_cast<std::size_t>(n));
        return true;
    }

    bool write(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto n = ssl ? SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
};

http_peer::http_peer(handler h, std::uint16_t port) : handler_{std::move(h)}
{
    open(port);
}

http_peer::http_peer(handler h, const tls_files& tls)
    : context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free},
      stall_handshake_{tls.stall_handshake},
      handler_{std::move(h)}
{
    SSL_CTX* c = context_.get();
    if (SSL_CTX_use_certificate_chain_file(c, tls.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(c, tls.key.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("cannot use " + tls.certificate);
    if (tls.version_max != 0) {
        SSL_CTX_set_security_level(c, 0);  // Debian's default refuses TLS 1.1 by itself.
        SSL_CTX_set_min_proto_version(c, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(c, tls.version_max);
    }
    if (!tls.client_ca.empty()) {
        SSL_CTX_load_verify_locations(c, tls.client_ca.c_str(), nullptr);
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    open(0);
}

void http_peer::open(std::uint16_t port)
{
    std::signal(SIGPIPE, SIG_IGN);  // As the daemon does.
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&a), size) != 0 ||
        ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size) != 0)
        throw std::runtime_error("cannot listen");
    port_ = ntohs(a.sin_port);
    acceptor_ = std::thread{[this] { accept_all(); }};
}

http_peer::~http_peer()
{
    {
        std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    stopped_.notify_all();
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close_all();
    for (std::thread& t : threads_)
        t.join();
    ::close(listener_);
}

void http_peer::close_all()
{
    std::lock_guard lock{mutex_};
    for (const auto& s : sessions_)
        ::shutdown(s->fd, SHUT_RDWR);
}

void http_peer::set(handler h)
{
    std::lock_guard lock{mutex_};
    handler_ = std::move(h);
}

std::vector<peer_request> http_peer::requests() const
{
    std::lock_guard lock{mutex_};
    return requests_;
}

std::size_t http_peer::count() const
{
    std::lock_guard lock{mutex_};
    return requests_.size();
}

void http_peer::accept_all()
{
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0 || stopping_) {
            if (fd >= 0)
                ::close(fd);
            return;
        }
        auto s = std::make_shared<session>();
        s->fd = fd;
        s->number = ++connections_;
        std::lock_guard lock{mutex_};
        sessions_.push_back(s);
        threads_.emplace_back([this, s] { serve(s); });
    }
}

void http_peer::stall(std::chrono::milliseconds time)
{
    std::unique_lock lock{mutex_};
    stopped_.wait_for(lock, time, [this] { return stopping_.load(); });
}

bool http_peer::read_request(session& s, peer_request& r)
{
    std::size_t end = 0;
    while ((end = s.held.find("\r\n\r\n")) == std::string::npos)
        if (!s.read_more())
            return false;
    std::size_t at = s.held.find("\r\n");
    r.line = s.held.substr(0, at);
    while (at < end) {
        const std::size_t next = s.held.find("\r\n", at + 2);
        const std::string field = s.held.substr(at + 2, next - at - 2);
        const std::size_t colon = field.find(": ");
        std::string name = field.substr(0, colon);
        for (char& c : name)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        r.headers[name] = field.substr(colon + 2);
        at = next;
    }
    s.held.erase(0, end + 4);
    const auto length = std::stoul(r.header("content-length"));
    while (s.held.size() < length)
        if (!s.read_more())
            return false;
    r.body = s.held.substr(0, length);
    s.held.erase(0, length);
    r.connection = s.number;
    return true;
}

void http_peer::serve(std::shared_ptr<session> s)
{
    if (stall_handshake_)
        stall(std::chrono::hours{1});
    if (context_) {
        s->ssl = SSL_new(context_.get());
        SSL_set_fd(s->ssl, s->fd);
        if (SSL_accept(s->ssl) != 1) {
            ::shutdown(s->fd, SHUT_RDWR);
            return;
        }
    }
    for (peer_request r; !stopping_ && read_request(*s, r); r = {}) {
        handler act;
        {
            std::lock_guard lock{mutex_};
            requests_.push_back(r);
            act = handler_;
            at_once_ = std::max<std::size_t>(at_once_, ++in_hand_);
        }
        const peer_reply reply = act(r);
        if (reply.stall.count() > 0)
            stall(reply.stall);
        --in_hand_;
        if (!s->write(reply.bytes) || reply.close)
            break;
    }
    if (s->ssl)
        SSL_shutdown(s->ssl);
    ::shutdown(s->fd, SHUT_RDWR);
}

}  // namespace webhookd::test
