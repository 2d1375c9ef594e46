#include "commands/commands.hpp"

#include <cstdio>
#include <exception>

// argv -> command -> exit code.
int main(int argc, char** argv)
{
    namespace commands = webhookd::commands;

    CLI::App root{
        "Receives Connectly's webhooks, loses none, and says what each means for its message.",
        "connectly-webhookd"
    };
    root.require_subcommand(1);
    int exit_code = commands::exit_good;
    for (const auto add :
         {commands::add_serve,
          commands::add_validate,
          commands::add_print_config,
          commands::add_sign,
          commands::add_verify,
          commands::add_send,
          commands::add_tail,
          commands::add_messages,
          commands::add_dead_letters,
          commands::add_replay,
          commands::add_sinks,
          commands::add_version})
        add(root, exit_code);
    try {
        root.parse(argc, argv);
    }
    catch (const CLI::ParseError& e) {
        return root.exit(e) == 0 ? commands::exit_good : commands::exit_usage;
    }
    catch (const std::exception& e) {
        std::fprintf(stderr, "connectly-webhookd: %s\n", e.what());
        return commands::exit_failed;
    }
    return exit_code;
}
