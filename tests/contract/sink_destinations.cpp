#include "sinks/make_sink.hpp"
#include "sinks/owned_fd.hpp"
#include "sinks/stdout_sink.hpp"
#include "support/catch.hpp"
#include "support/destinations.hpp"
#include "support/files.hpp"
#include "support/http_peer.hpp"
#include "support/nats_server.hpp"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace webhookd::test {

namespace {

using namespace std::chrono_literals;

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> out;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

class file_destination final : public destination {
public:
    std::unique_ptr<sink> make(sink_context& context) override
    {
        std::filesystem::create_directory(directory_);
        sink_settings s;
        s.destination = file_sink_settings{path_, {}, {}, 8};
        return make_sink(s, context);
    }

    std::vector<std::string> arrived() override { return lines_of(read_file(path_)); }

    void fail(bool failing) override
    {
        const std::string away = directory_ + ".away";
        std::filesystem::rename(failing ? directory_ : away, failing ? away : directory_);
    }

private:
    folder folder_;
    std::string directory_ = folder_ / "logs";
    std::string path_ = directory_ + "/events.ndjson";
};

// A FIFO, whose reader takes out what there is when it is asked.
class stdout_destination final : public destination {
public:
    stdout_destination()
    {
        std::signal(SIGPIPE, SIG_IGN);
        REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
        fail(false);
        write_ = owned_fd{::open(path_.c_str(), O_WRONLY)};
    }

    std::unique_ptr<sink> make(sink_context& context) override
    {
        return make_stdout_sink(write_.get(), context, 50ms);
    }

    std::vector<std::string> arrived() override
    {
        std::string piece(64 * 1024, '\0');
        for (ssize_t n = 1; n > 0;) {
            n = ::read(read_.get(), piece.data(), piece.size());
            got_.append(piece, 0, n > 0 ? static_cast<std::size_t>(n) : 0);
        }
        return lines_of(got_);
    }

    void fail(bool failing) override
    {
        read_ = failing ? owned_fd{} : owned_fd{::open(path_.c_str(), O_RDONLY | O_NONBLOCK)};
    }

private:
    folder folder_;
    std::string path_ = folder_ / "fifo";
    std::string got_;
    owned_fd read_, write_;
};

class http_destination final : public destination {
public:
    std::unique_ptr<sink> make(sink_context& context) override
    {
        sink_settings s;
        http_sink_settings h;
        h.url = peer_.url();
        s.destination = h;
        return make_sink(s, context);
    }

    std::vector<std::string> arrived() override
    {
        std::vector<std::string> out;
        const auto asked = peer_.requests();
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (i < refused_from_ || i >= refused_to_)
                out.push_back(asked[i].body);
        return out;
    }

    void fail(bool failing) override
    {
        (failing ? refused_from_ : refused_to_) = peer_.count();
        peer_.set([failing](const peer_request&) { return answer(failing ? 503 : 200); });
    }

private:
    std::size_t refused_from_ = 0, refused_to_ = 0;
    http_peer peer_{[](const peer_request&) { return answer(200); }};
};

class nats_destination final : public destination {
public:
    nats_destination() { server_.add_stream("events", "connectly.>"); }

    std::unique_ptr<sink> make(sink_context& context) override
    {
        sink_settings s;
        nats_sink_settings n;
        n.url = server_.url();
        n.timeout = 2s;
        s.destination = n;
        return make_sink(s, context);
    }

    std::vector<std::string> arrived() override
    {
        std::vector<std::string> out;
        for (const auto& m : server_.messages("events"))
            out.push_back(m.data);
        return out;
    }

    void fail(bool failing) override { failing ? server_.stop() : server_.start(); }

    bool may_take_time() const override { return true; }

private:
    nats_server server_;
};

}  // namespace

const std::vector<destination_kind>& destinations()
{
    static const std::vector<destination_kind> all{
        {"file", [] { return std::make_unique<file_destination>(); }},
        {"stdout", [] { return std::make_unique<stdout_destination>(); }},
        {"http", [] { return std::make_unique<http_destination>(); }},
        {"nats", [] { return std::make_unique<nats_destination>(); }},
    };
    return all;
}

}  // namespace webhookd::test
