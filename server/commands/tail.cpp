#include "commands/admin_client.hpp"
#include "commands/commands.hpp"
#include "commands/told_event.hpp"

#include <iostream>
#include <memory>
#include <thread>
#include <unistd.h>

namespace webhookd::commands {

namespace {

struct tail_options {
    admin_target target;
    std::string type, customer, campaign, after;
    std::uint64_t count = 0;
    double retry_for = 60;
    bool json = false, colour = false, no_colour = false;
};

std::string stream_target(const tail_options& o)
{
    std::string out = "/v1/events/stream";
    char join = '?';
    const auto add = [&](const char* name, const std::string& value) {
        if (value.empty())
            return;
        out += join + std::string{name} + '=' + percent_encoded(value);
        join = '&';
    };
    add("type", o.type);
    add("customer", o.customer);
    add("campaign", o.campaign);
    add("after", o.after);
    return out;
}

// Follows until the count is reached; a connection that breaks is made again and goes on after
// the last event that was shown.
int tail(const tail_options& o)
{
    using clock = std::chrono::steady_clock;
    admin_client client{o.target};
    const bool colour = o.colour || (!o.no_colour && ::isatty(STDOUT_FILENO) == 1);
    std::uint64_t shown = 0;
    std::string last;
    bool connected = false;
    auto since = clock::now();
    for (;;) {
        try {
            client.stream(stream_target(o), last, [&](std::string_view id, std::string_view data) {
                connected = true;
                since = clock::now();
                if (data.empty())
                    return true;
                last = id;
                if (o.json)
                    std::cout << data << '\n' << std::flush;
                else
                    std::cout << event_text(read_told_event(data), colour) << '\n' << std::flush;
                ++shown;
                return std::cout.good() && (o.count == 0 || shown < o.count);
            });
            if (!std::cout.good() || (o.count != 0 && shown >= o.count))
                return exit_good;
        }
        catch (const unreachable&) {
            const std::chrono::duration<double> alone = clock::now() - since;
            if (!connected || alone.count() > o.retry_for)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
    }
}

}  // namespace

void add_tail(CLI::App& root, int& exit_code)
{
    auto options = std::make_shared<tail_options>();
    tail_options& o = *options;
    CLI::App* app = root.add_subcommand("tail", "Show events as they are committed");
    add_admin_options(*app, o.target);
    app->add_option("--type", o.type, "Only these types: a glob such as *.delivery_failed");
    app->add_option("--customer", o.customer, "Only these customers (glob)");
    app->add_option("--campaign", o.campaign, "Only these campaigns (glob)");
    app->add_option("--after", o.after, "Begin after this sequence; else with what comes next");
    app->add_option("--count", o.count, "End after so many events")->check(CLI::PositiveNumber);
    app->add_option("--retry-for", o.retry_for, "Connect again for so many seconds when cut off")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app->add_flag("--json", o.json, "The events as they are, one JSON object a line");
    auto* colour = app->add_flag("--color", o.colour, "Colours also where this is no terminal");
    app->add_flag("--no-color", o.no_colour, "No colours")->excludes(colour);
    app->callback([options, &exit_code] {
        exit_code = run_client("tail", [&] { return tail(*options); });
    });
}

}  // namespace webhookd::commands
