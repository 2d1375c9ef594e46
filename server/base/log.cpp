#include "base/log.hpp"

#include "base/json.hpp"
#include "base/time.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <memory>

namespace webhookd::log {

namespace {

constexpr std::size_t waiting_lines_max = 8192;

std::shared_ptr<spdlog::logger> logger;
std::atomic<level> least_level{level::info};
format line_format = format::text;

struct severity_name {
    const char* text;
    int number;  // OpenTelemetry log data model, "Field: SeverityNumber"
};

constexpr severity_name names[] = {{"DEBUG", 5}, {"INFO", 9}, {"WARN", 13}, {"ERROR", 17}};

// In text lines a plain word stands as it is; anything that could pass for another field or
// another line is quoted.
bool is_plain(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    });
}

void append_value(std::string& out, const field& f, bool quote)
{
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, bool>)
                out += v ? "true" : "false";
            else if constexpr (std::is_same_v<T, double>)
                out += std::isfinite(v) ? std::to_string(v) : "null";
            else if constexpr (std::is_same_v<T, std::int64_t>)
                out += std::to_string(v);
            else if (quote || !is_plain(v))
                json::append_string(out, v);
            else
                out += v;
        },
        f.value
    );
}

std::string json_line(level severity, std::string_view body, fields attributes)
{
    const severity_name& name = names[static_cast<int>(severity)];
    std::string out = R"({"Timestamp":")";
    append_rfc3339_micros(out, now());
    out += R"(","SeverityText":")";
    out += name.text;
    out += R"(","SeverityNumber":)" + std::to_string(name.number) + R"(,"Body":)";
    json::append_string(out, body);
    out += R"(,"Attributes":{)";
    bool first = true;
    for (const field& f : attributes) {
        if (!first)
            out += ',';
        first = false;
        json::append_string(out, f.name);
        out += ':';
        append_value(out, f, true);
    }
    out +=
        R"(},"Resource":{"service.name":"connectly-webhookd","service.version":")" WEBHOOKD_VERSION
        R"("}})";
    return out;
}

std::string text_line(level severity, std::string_view body, fields attributes)
{
    std::string out;
    append_rfc3339_micros(out, now());
    out += ' ';
    out += names[static_cast<int>(severity)].text;
    out += ' ';
    out += body;
    for (const field& f : attributes) {
        out += ' ';
        out += f.name;
        out += '=';
        append_value(out, f, false);
    }
    return out;
}

}  // namespace

void setup(level least, format as)
{
    least_level = least;
    line_format = as;
    spdlog::init_thread_pool(waiting_lines_max, 1);
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    logger = std::make_shared<spdlog::async_logger>(
        "webhookd",
        std::move(sink),
        spdlog::thread_pool(),
        spdlog::async_overflow_policy::overrun_oldest
    );
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
}

void set_level(level least)
{
    least_level = least;
}

void flush()
{
    if (!logger)
        return;
    spdlog::shutdown();  // joins the pool's thread after it has written what is queued
    logger.reset();      // only then: the thread's lines hold it, too
}

void write(level severity, std::string_view body, fields attributes)
{
    if (severity < least_level.load(std::memory_order_relaxed))
        return;
    const std::string line = line_format == format::json ? json_line(severity, body, attributes)
                                                         : text_line(severity, body, attributes);
    if (logger)
        logger->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
    else
        std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace webhookd::log
