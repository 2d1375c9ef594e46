#include "base/json.hpp"
#include "commands/admin_client.hpp"
#include "commands/commands.hpp"
#include "commands/table.hpp"

#include <csignal>
#include <iostream>
#include <memory>
#include <thread>
#include <unistd.h>

namespace webhookd::commands {

namespace {

volatile std::sig_atomic_t interrupted = 0;

struct replay_options {
    admin_target target;
    std::string sink, from, to;
    bool detach = false;
};

std::string request_body(const replay_options& o)
{
    std::string out = R"({"sink":)" + json::quoted(o.sink);
    if (!o.from.empty())
        out += R"(,"from":)" + json::quoted(o.from);
    if (!o.to.empty())
        out += R"(,"to":)" + json::quoted(o.to);
    return out + '}';
}

// Follows the replay to its end; Ctrl-C cancels it.
int follow(admin_client& client, const std::string& number)
{
    const std::string target = "/v1/replay/" + number;
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    bool cancelled = false;
    for (;;) {
        const auto at = read_fields(client.request("GET", target));
        const std::string state = field_of(at, "state");
        const std::string done = field_of(at, "delivered") + " delivered, " +
                                 field_of(at, "failed") + " failed, at " + field_of(at, "at") +
                                 " of " + field_of(at, "from") + ".." + field_of(at, "to");
        if (terminal)
            std::cerr << "\r\x1b[K" << done << std::flush;
        if (state != "running") {
            if (terminal)
                std::cerr << "\r\x1b[K";
            std::cout << "replay " << number << ' ' << state << ": " << done << '\n';
            return state == "done" ? exit_good : exit_failed;
        }
        if (interrupted != 0 && !cancelled) {
            cancelled = true;
            client.request("DELETE", target);
            continue;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
}

int replay(const replay_options& o)
{
    admin_client client{o.target};
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    const auto started = read_fields(client.request("POST", "/v1/replay", request_body(o)));
    const std::string number = field_of(started, "number");
    if (!o.detach)
        return follow(client, number);
    std::cout << "replay " << number << " is running\n";
    return exit_good;
}

}  // namespace

void add_replay(CLI::App& root, int& exit_code)
{
    auto o = std::make_shared<replay_options>();
    CLI::App* app = root.add_subcommand("replay", "Deliver stored events to a sink once more");
    app->add_option("--sink", o->sink, "The sink's name")->required();
    app->add_option("--from", o->from, "A sequence, or an RFC 3339 time; else the oldest event");
    app->add_option("--to", o->to, "Likewise, a sequence included; else the newest event");
    app->add_flag("--detach", o->detach, "Do not wait for its end");
    add_admin_options(*app, o->target);
    app->footer("Ctrl-C cancels it.");
    app->callback([o, &exit_code] { exit_code = run_client("replay", [&] { return replay(*o); }); }
    );
}

}  // namespace webhookd::commands
