#include "ingress/ingress.hpp"

#include "net/address.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace webhookd {

namespace {

constexpr std::chrono::milliseconds join_poll{10};

unsigned thread_count(unsigned wanted)
{
    return wanted != 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

// A listening socket on `to` that shares its port with those of the other threads.
int listening_socket(const tcp::endpoint& to)
{
    const int fd = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    const int off = 0;
    bool good = fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
    if (good && to.address().is_v6())  // `[::]` takes IPv4 too
        good = ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
    good = good && ::bind(fd, to.data(), static_cast<socklen_t>(to.size())) == 0 &&
           ::listen(fd, SOMAXCONN) == 0;
    if (!good) {
        const int error = errno;
        if (fd >= 0)
            ::close(fd);
        throw bind_error{
            "cannot listen on " + to.address().to_string() + ':' + std::to_string(to.port()) +
            ": " + std::strerror(error)
        };
    }
    return fd;
}

std::uint16_t bound_port(int fd, const tcp::endpoint& wanted)
{
    tcp::endpoint bound = wanted;
    auto size = static_cast<socklen_t>(bound.capacity());
    if (::getsockname(fd, bound.data(), &size) != 0)
        return wanted.port();
    return bound.port();
}

// SO_REUSEPORT would let a second process in: the port must be free of others first.
void check_free(const tcp::endpoint& to)
{
    if (to.port() == 0)
        return;
    const int fd = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    const bool taken = fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       ::bind(fd, to.data(), static_cast<socklen_t>(to.size())) != 0;
    const int error = errno;
    if (fd >= 0)
        ::close(fd);
    if (taken)
        throw bind_error{
            "cannot listen on " + to.address().to_string() + ':' + std::to_string(to.port()) +
            ": " + std::strerror(error)
        };
}

std::vector<std::shared_ptr<const tls_context>> make_contexts(
    const std::vector<listener_settings>& listeners,
    std::vector<std::pair<std::string, std::int64_t>>& certificates
)
{
    std::vector<std::shared_ptr<const tls_context>> made;
    for (const listener_settings& l : listeners) {
        made.push_back(l.tls ? tls_context::make(*l.tls) : nullptr);
        if (made.back())
            certificates.emplace_back(l.address, made.back()->not_after());
    }
    return made;
}

}  // namespace

ingress::ingress(
    ingress_settings settings,
    committer& commits,
    std::function<std::vector<std::string>()> readiness
)
    : settings_{std::move(settings)},
      shared_{
          commits,
          std::move(readiness),
          settings_.limits,
          trusted_proxies{settings_.trusted_proxies}
      }
{
    shared_.threads = thread_count(settings_.threads);
    const auto infos = endpoint_infos(settings_.endpoints);
    const auto contexts = make_contexts(settings_.listeners, certificates_);
    for (unsigned i = 0; i < shared_.threads; ++i) {
        auto& made = *threads_.emplace_back(std::make_unique<network_thread>(shared_));
        made.set_routes(make_routes(settings_.endpoints, infos, made.counters()));
    }
    for (std::size_t i = 0; i < settings_.listeners.size(); ++i) {
        const listener_settings& l = settings_.listeners[i];
        auto to = parse_endpoint(l.address);
        if (!to)
            throw std::invalid_argument{"listener address " + l.address + ": not ADDRESS:PORT"};
        check_free(*to);
        for (const auto& thread : threads_) {
            const int fd = listening_socket(*to);
            to->port(bound_port(fd, *to));
            thread->add_listener({i, l.proxy_protocol, contexts[i]}, fd, to->protocol());
        }
        addresses_.push_back({to->address().to_string(), to->port()});
    }
}

std::vector<const endpoint*> ingress::endpoint_infos(const std::vector<endpoint_settings>& from)
{
    std::vector<const endpoint*> infos;
    for (const endpoint_settings& e : from) {
        const auto known = std::find_if(endpoints_.begin(), endpoints_.end(), [&](const auto& k) {
            return k.path == e.path && k.provider == e.provider && k.name_space == e.name_space;
        });
        if (known == endpoints_.end())
            infos.push_back(&endpoints_.emplace_back(endpoint{e.path, e.provider, e.name_space}));
        else
            infos.push_back(&*known);
    }
    return infos;
}

void ingress::start()
{
    for (const auto& thread : threads_)
        thread->start();
}

void ingress::reload(const ingress_settings& fresh)
{
    std::lock_guard lock{mutex_};
    // Only listeners that are bound: a changed list of addresses needs a restart.
    std::vector<listener_settings> bound = settings_.listeners;
    for (std::size_t i = 0; i < bound.size() && i < fresh.listeners.size(); ++i)
        if (bound[i].tls && fresh.listeners[i].tls)
            bound[i].tls = fresh.listeners[i].tls;
    std::vector<std::pair<std::string, std::int64_t>> certificates;
    const auto contexts = make_contexts(bound, certificates);
    const auto infos = endpoint_infos(fresh.endpoints);
    std::vector<std::shared_ptr<const routes>> made;
    for (const auto& thread : threads_)
        made.push_back(make_routes(fresh.endpoints, infos, thread->counters()));
    for (std::size_t i = 0; i < threads_.size(); ++i)
        threads_[i]->reload(made[i], contexts);
    settings_.listeners = std::move(bound);
    settings_.endpoints = fresh.endpoints;
    certificates_ = std::move(certificates);
}

void ingress::drain()
{
    shared_.closing = true;
    for (const auto& thread : threads_)
        thread->drain();
}

bool ingress::join(std::chrono::milliseconds limit)
{
    const auto until = steady::now() + limit;
    const auto ended = [](const auto& t) { return t->ended(); };
    while (!std::all_of(threads_.begin(), threads_.end(), ended)) {
        if (steady::now() >= until)
            return false;
        std::this_thread::sleep_for(join_poll);
    }
    for (const auto& thread : threads_)
        thread->join();
    return true;
}

void ingress::terminate()
{
    for (const auto& thread : threads_)
        thread->terminate();
    for (const auto& thread : threads_)
        thread->join();
}

ingress_snapshot ingress::snapshot() const
{
    ingress_snapshot total;
    for (const auto& thread : threads_)
        std::as_const(*thread).counters().add_to(total);
    std::lock_guard lock{mutex_};
    total.certificates_not_after = certificates_;
    return total;
}

}  // namespace webhookd
