#include "commands/admin_client.hpp"
#include "commands/commands.hpp"
#include "commands/timeline.hpp"

#include <iostream>
#include <memory>

namespace webhookd::commands {

void add_messages(CLI::App& root, int& exit_code)
{
    struct options {
        admin_target target;
        std::string id, name_space;
        bool json = false;
    };

    auto o = std::make_shared<options>();
    CLI::App* app = root.add_subcommand("messages", "What became of a message: its timeline");
    app->add_option("id", o->id, "The message's id, as ULID or UUID")->required();
    app->add_option("--namespace", o->name_space, "The endpoint's namespace, unless it is default");
    app->add_flag("--json", o->json, "The daemon's answer as it is");
    add_admin_options(*app, o->target);
    app->callback([o, &exit_code] {
        exit_code = run_client("messages", [&] {
            std::string target = "/v1/messages/" + percent_encoded(o->id);
            if (!o->name_space.empty())
                target += "?namespace=" + percent_encoded(o->name_space);
            const std::string answer = admin_client{o->target}.request("GET", target);
            std::cout << (o->json ? answer + '\n' : timeline_text(answer));
            return exit_good;
        });
    });
}

}  // namespace webhookd::commands
