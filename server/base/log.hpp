#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// Diagnostics: one JSON object a line on stderr, fields named as in OpenTelemetry's log data
/// model (Timestamp, SeverityText, SeverityNumber, Body, Attributes). Any thread; never blocks:
/// where stderr cannot keep up, the oldest waiting lines are dropped.
/// Never put a secret, a body, a phone number or a message's text into a line at info or above.
namespace webhookd::log {

enum class level { debug, info, warn, error };
enum class format { json, text };

/// A named value of a line. Names are lower case with dots: `sink.name`, `error.type`.
struct field {
    template <class T>
    field(std::string_view n, T v) : name{n}, value{convert(v)}
    {
    }

    std::string_view name;
    std::variant<std::string_view, std::string, std::int64_t, double, bool> value;

private:
    using any = decltype(value);

    static any convert(bool v) { return v; }

    static any convert(double v) { return v; }

    static any convert(float v) { return static_cast<double>(v); }

    static any convert(const char* v) { return std::string_view{v}; }

    static any convert(std::string_view v) { return v; }

    static any convert(std::string v) { return any{std::move(v)}; }

    template <class T>
    static any convert(T v)
    {
        return static_cast<std::int64_t>(v);
    }
};

using fields = std::initializer_list<field>;

/// Sets up the log. Called once by `main` before threads start; before it, lines go out as text.
void setup(level least, format as);
/// Changes the level while running (config reload).
void set_level(level least);
/// Writes out what is still queued; at the end of the process.
void flush();

void write(level severity, std::string_view body, fields attributes);

inline void debug(std::string_view body, fields attributes = {})
{
    write(level::debug, body, attributes);
}

inline void info(std::string_view body, fields attributes = {})
{
    write(level::info, body, attributes);
}

inline void warn(std::string_view body, fields attributes = {})
{
    write(level::warn, body, attributes);
}

inline void error(std::string_view body, fields attributes = {})
{
    write(level::error, body, attributes);
}

}  // namespace webhookd::log
