#include "support/nats_server.hpp"

#include <nats/nats.h>

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace webhookd::test {

namespace {

std::uint16_t free_port()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&a), size) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) != 0)
        throw std::runtime_error("no free port");
    ::close(fd);
    return ntohs(a.sin_port);
}

// A client of the test's own.
struct client {
    natsConnection* connection = nullptr;
    jsCtx* stream = nullptr;

    explicit client(const std::string& url)
    {
        if (natsConnection_ConnectTo(&connection, url.c_str()) != NATS_OK ||
            natsConnection_JetStream(&stream, connection, nullptr) != NATS_OK)
            throw std::runtime_error("cannot connect to " + url);
    }

    ~client()
    {
        jsCtx_Destroy(stream);
        natsConnection_Destroy(connection);
    }
};

}  // namespace

nats_server::nats_server() : port_{free_port()}
{
    start();
}

nats_server::~nats_server()
{
    stop();
}

void nats_server::start()
{
    const std::string port = std::to_string(port_), store = folder_ / "jetstream";
    process_ = ::fork();
    if (process_ == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execlp(
            "nats-server",
            "nats-server",
            "--addr",
            "127.0.0.1",
            "--port",
            port.c_str(),
            "--jetstream",
            "--store_dir",
            store.c_str(),
            nullptr
        );
        ::_exit(127);
    }
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    for (;;) {
        try {
            const client ready{url()};
            jsAccountInfo* info = nullptr;
            if (js_GetAccountInfo(&info, ready.stream, nullptr, nullptr) == NATS_OK) {
                jsAccountInfo_Destroy(info);
                return;
            }
        }
        catch (const std::runtime_error&) {
        }
        if (std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("nats-server did not start");
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

void nats_server::stop()
{
    if (process_ <= 0)
        return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void nats_server::add_stream(const std::string& name, const std::string& subjects)
{
    const client c{url()};
    const char* list[] = {subjects.c_str()};
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = name.c_str();
    config.Subjects = list;
    config.SubjectsLen = 1;
    if (js_AddStream(nullptr, c.stream, &config, nullptr, nullptr) != NATS_OK)
        throw std::runtime_error("cannot add the stream");
}

std::vector<nats_server::message> nats_server::messages(const std::string& stream) const
{
    const client c{url()};
    jsStreamInfo* info = nullptr;
    if (js_GetStreamInfo(&info, c.stream, stream.c_str(), nullptr, nullptr) != NATS_OK)
        throw std::runtime_error("no such stream");
    const std::uint64_t last = info->State.LastSeq;
    jsStreamInfo_Destroy(info);
    std::vector<message> out;
    for (std::uint64_t s = 1; s <= last; ++s) {
        natsMsg* m = nullptr;
        if (js_GetMsg(&m, c.stream, stream.c_str(), s, nullptr, nullptr) != NATS_OK)
            throw std::runtime_error("a message is missing");
        const char* id = nullptr;
        natsMsgHeader_Get(m, "Nats-Msg-Id", &id);
        out.push_back(
            {natsMsg_GetSubject(m),
             id ? id : "",
             {natsMsg_GetData(m), static_cast<std::size_t>(natsMsg_GetDataLength(m))}}
        );
        natsMsg_Destroy(m);
    }
    return out;
}

}  // namespace webhookd::test
