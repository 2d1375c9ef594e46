#include "sinks/make_sink.hpp"

#include "sinks/file_sink.hpp"
#include "sinks/http_sink.hpp"
#include "sinks/stdout_sink.hpp"

#include <stdexcept>
#include <string>
#include <unistd.h>
#include <variant>

namespace webhookd {

namespace {

// The table: one line a type of sink.
std::unique_ptr<sink> make(const file_sink_settings& s, sink_context& c)
{
    return make_file_sink(s, c);
}

std::unique_ptr<sink> make(const stdout_sink_settings&, sink_context& c)
{
    return make_stdout_sink(STDOUT_FILENO, c);
}

std::unique_ptr<sink> make(const http_sink_settings& s, sink_context& c)
{
    return make_http_sink(s, c);
}

std::unique_ptr<sink> make(const nats_sink_settings&, sink_context&)
{
    throw std::runtime_error("type nats is not built in");
}

constexpr std::string_view name_of(const file_sink_settings&)
{
    return "file";
}

constexpr std::string_view name_of(const stdout_sink_settings&)
{
    return "stdout";
}

constexpr std::string_view name_of(const http_sink_settings&)
{
    return "http";
}

constexpr std::string_view name_of(const nats_sink_settings&)
{
    return "nats";
}

}  // namespace

std::unique_ptr<sink> make_sink(const sink_settings& settings, sink_context& context)
{
    return std::visit([&](const auto& s) { return make(s, context); }, settings.destination);
}

std::string_view type_name(const sink_settings& settings) noexcept
{
    return std::visit([](const auto& s) { return name_of(s); }, settings.destination);
}

}  // namespace webhookd
