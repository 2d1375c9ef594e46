#include "commands/commands.hpp"
#include "commands/tell_problems.hpp"

#include <cstdio>
#include <memory>

namespace webhookd::commands {

void add_print_config(CLI::App& root, int& exit_code)
{
    const auto path = std::make_shared<std::string>();
    CLI::App* command = root.add_subcommand(
        "print-config", "Print a config with every default filled in and secrets masked"
    );
    command->add_option("-c,--config", *path, "The config file")->required();
    command->callback([path, &exit_code] {
        const loaded_config config = load_config(*path);
        tell_problems(config);
        exit_code = config.problems.empty() ? exit_good : exit_config;
        if (!config.problems.empty())
            return;
        const std::string out = print_config(config.value);
        std::fwrite(out.data(), 1, out.size(), stdout);
    });
}

}  // namespace webhookd::commands
