#include "commands/send_requests.hpp"

#include "event/event.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace webhookd::commands {

request_maker::request_maker(
    const http_url& url, const secret_value& secret, std::string name_space
)
    : hmac_{secret.bytes()}
{
    const provider& sender = *find_provider("connectly");
    worker_ = sender.make_worker({named_secret{"sender", secret, std::nullopt}});
    to_.path = url.target.substr(0, url.target.find('?'));
    to_.provider = sender.name();
    to_.name_space = std::move(name_space);
    head_ = "POST " + url.target + " HTTP/1.1\r\nHost: " + url.authority() +
            "\r\nUser-Agent: connectly-webhookd/" WEBHOOKD_VERSION
            "\r\nContent-Type: application/json\r\n";
    head_ += sender.headers().front();
    head_ += ": ";
}

load_request request_maker::make(std::string_view body)
{
    const auto code = hmac_(body);
    if (!code)
        throw std::runtime_error("HMAC-SHA256 cannot be computed");
    load_request out;
    out.bytes.reserve(head_.size() + body.size() + 80);
    out.bytes += head_;
    append_base64(out.bytes, *code);
    out.bytes += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    out.bytes += body;
    out.id = event_id(body);
    return out;
}

std::string request_maker::event_id(std::string_view body)
{
    receipt r;
    r.memory = block{body.size()};
    if (!body.empty())
        std::memcpy(r.memory.data(), body.data(), body.size());
    r.body = {r.memory.data(), body.size()};
    r.to = &to_;
    r.received = now();
    worker_->parse(r);
    return event_id_text(r.id);
}

file_bodies::file_bodies(const std::vector<std::string>& paths)
{
    for (const std::string& path : paths)
        bodies_.push_back(read_whole_file(path));
}

const std::string& file_bodies::next()
{
    const std::string& out = bodies_[at_];
    at_ = (at_ + 1) % bodies_.size();
    return out;
}

std::string read_whole_file(const std::string& path)
{
    errno = 0;
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    if (in.good() && in.peek() != std::ifstream::traits_type::eof())
        out << in.rdbuf();
    if (!in.is_open() || in.bad() || errno == EISDIR) {
        const std::string why = std::generic_category().message(errno == 0 ? EIO : errno);
        throw std::runtime_error(path + ": cannot be read: " + why);
    }
    return std::move(out).str();
}

namespace {

secret_value trimmed(std::string text, const std::string& source)
{
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    if (text.empty())
        throw std::runtime_error(source + ": the secret is empty");
    return secret_value{std::move(text), source};
}

}  // namespace

secret_value read_secret_file(const std::string& path)
{
    return trimmed(read_whole_file(path), path);
}

secret_value read_secret_variable(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
        throw std::runtime_error("the environment has no variable " + name);
    return trimmed(value, "$" + name);
}

}  // namespace webhookd::commands
