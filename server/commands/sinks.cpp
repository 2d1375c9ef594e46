#include "commands/admin_client.hpp"
#include "commands/commands.hpp"
#include "commands/table.hpp"

#include <iostream>
#include <memory>

namespace webhookd::commands {

void add_sinks(CLI::App& root, int& exit_code)
{
    struct options {
        admin_target target;
        std::string name;
        bool json = false;
    };

    auto o = std::make_shared<options>();
    CLI::App* app = root.add_subcommand("sinks", "Where events go, and how far each sink is");
    app->require_subcommand(1);
    CLI::App* list = app->add_subcommand("list", "List the sinks");
    list->add_flag("--json", o->json, "The daemon's answer as it is");
    add_admin_options(*list, o->target);
    list->callback([o, &exit_code] {
        exit_code = run_client("sinks", [&] {
            const std::string answer = admin_client{o->target}.request("GET", "/v1/sinks");
            std::cout
                << (o->json ? answer + '\n'
                            : table_text(
                                  read_list(answer),
                                  {"name",
                                   "type",
                                   "configured",
                                   "cursor",
                                   "lag_events",
                                   "lag_seconds",
                                   "delivered",
                                   "failures",
                                   "breaker",
                                   "dead_letters",
                                   "last_error"}
                              ));
            return exit_good;
        });
    });

    CLI::App* forget = app->add_subcommand(
        "forget", "Forget how far a sink that is no longer configured came, and free its events"
    );
    forget->add_option("name", o->name, "The sink's name")->required();
    add_admin_options(*forget, o->target);
    forget->callback([o, &exit_code] {
        exit_code = run_client("sinks", [&] {
            admin_client{o->target}.request("DELETE", "/v1/sinks/" + percent_encoded(o->name));
            std::cout << o->name << " is forgotten\n";
            return exit_good;
        });
    });
}

}  // namespace webhookd::commands
