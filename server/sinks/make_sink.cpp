#include "sinks/make_sink.hpp"

#include "sinks/file_sink.hpp"
#include "sinks/http_sink.hpp"
#include "sinks/nats_sink.hpp"
#include "sinks/stdout_sink.hpp"

#include <stdexcept>
#include <string>
#include <unistd.h>
#include <variant>

namespace webhookd {

namespace {

template <class Settings>
struct type_of_sink {
    std::string_view name;
    std::unique_ptr<sink> (*make)(const Settings&, sink_context&);
};

std::unique_ptr<sink> make_standard_output(const stdout_sink_settings&, sink_context& context)
{
    return make_stdout_sink(STDOUT_FILENO, context);
}

// The table: one line a type of sink.
constexpr std::tuple table{
    type_of_sink<file_sink_settings>{"file", make_file_sink},
    type_of_sink<stdout_sink_settings>{"stdout", make_standard_output},
    type_of_sink<http_sink_settings>{"http", make_http_sink},
    type_of_sink<nats_sink_settings>{"nats", make_nats_sink},
};

template <class Settings>
constexpr const type_of_sink<Settings>& type_for(const Settings&) noexcept
{
    return std::get<type_of_sink<Settings>>(table);
}

}  // namespace

std::unique_ptr<sink> make_sink(const sink_settings& settings, sink_context& context)
{
    return std::visit(
        [&](const auto& s) { return type_for(s).make(s, context); }, settings.destination
    );
}

std::string_view type_name(const sink_settings& settings) noexcept
{
    return std::visit([](const auto& s) { return type_for(s).name; }, settings.destination);
}

}  // namespace webhookd
