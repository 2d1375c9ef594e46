#include "commands/send_report.hpp"

#include "base/json.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace webhookd::commands {

line_file::line_file(const std::string& path) : path_{path}
{
    if (path == "-")
        fd_ = STDOUT_FILENO;
    else
        fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0)
        throw std::runtime_error(
            path + ": cannot be opened: " + std::generic_category().message(errno)
        );
}

line_file::~line_file()
{
    if (fd_ > STDERR_FILENO)
        ::close(fd_);
}

void line_file::write(std::string_view line)
{
    text_.assign(line);
    text_ += '\n';
    std::string_view left{text_};
    while (!left.empty()) {
        const auto n = ::write(fd_, left.data(), left.size());
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            throw std::runtime_error(
                path_ + ": cannot be written: " + std::generic_category().message(errno)
            );
        if (n > 0)
            left.remove_prefix(static_cast<std::size_t>(n));
    }
}

namespace {

double seconds(std::chrono::nanoseconds t)
{
    return std::chrono::duration<double>(t).count();
}

std::string fixed(double value, int digits)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string duration(std::chrono::nanoseconds t)
{
    const double ms = seconds(t) * 1000;
    if (ms >= 1000)
        return fixed(ms / 1000, 2) + " s";
    return fixed(ms, ms < 10 ? 2 : 1) + " ms";
}

double rate(const load_report& r)
{
    const double s = seconds(r.elapsed);
    return s > 0 ? static_cast<double>(r.sent) / s : 0;
}

struct named_quantile {
    const char* name;
    double share;
};

constexpr named_quantile quantiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}};

}  // namespace

std::string report_text(const load_report& r)
{
    std::string out = "sent        " + std::to_string(r.sent) + " in " +
                      fixed(seconds(r.elapsed), 2) + " s (" + fixed(rate(r), 0) + " a second, " +
                      std::to_string(r.connections) + " connections)\nanswers    ";
    if (r.answers.empty())
        out += " none";
    for (const auto& [status, count] : r.answers)
        out += ' ' + std::to_string(status) + ": " + std::to_string(count) + ' ';
    out += '\n';
    if (r.unanswered != 0)
        out += "unanswered  " + std::to_string(r.unanswered) + '\n';
    if (r.latency.count() != 0) {
        out += "latency    ";
        for (const auto& q : quantiles)
            out += std::string{" "} + q.name + ' ' + duration(r.latency.quantile(q.share)) + ' ';
        out += " max " + duration(r.latency.max()) + '\n';
    }
    if (!r.error.empty())
        out += (r.ended_early ? "ended early " : "broken      ") + r.error + '\n';
    return out;
}

std::string report_json(const load_report& r)
{
    std::string out = "{\"sent\":" + std::to_string(r.sent) +
                      ",\"seconds\":" + fixed(seconds(r.elapsed), 6) +
                      ",\"per_second\":" + fixed(rate(r), 1) +
                      ",\"connections\":" + std::to_string(r.connections) + ",\"answers\":{";
    const char* comma = "";
    for (const auto& [status, count] : r.answers) {
        out += comma;
        out += '"' + std::to_string(status) + "\":" + std::to_string(count);
        comma = ",";
    }
    out += "},\"unanswered\":" + std::to_string(r.unanswered) + ",\"latency_ms\":{";
    for (const auto& q : quantiles)
        out += '"' + std::string{q.name} +
               "\":" + fixed(seconds(r.latency.quantile(q.share)) * 1000, 3) + ',';
    out += "\"max\":" + fixed(seconds(r.latency.max()) * 1000, 3) +
           "},\"ended_early\":" + (r.ended_early ? "true" : "false") +
           ",\"error\":" + (r.error.empty() ? "null" : json::quoted(r.error)) + "}\n";
    return out;
}

bool all_good(const load_report& r)
{
    return !r.ended_early && r.unanswered == 0 && r.sent != 0 && r.answers.size() == 1 &&
           r.answers.begin()->first == 200;
}

}  // namespace webhookd::commands
