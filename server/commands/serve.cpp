#include "app.hpp"
#include "base/log.hpp"
#include "commands/commands.hpp"
#include "commands/tell_problems.hpp"

#include <memory>
#include <string>

namespace webhookd::commands {

namespace {

int serve(const std::string& config)
{
    loaded_config loaded = load_config(config);
    if (!loaded.problems.empty()) {
        tell_problems(loaded);
        return exit_config;
    }
    log::setup(loaded.value.log.level, loaded.value.log.format);
    for (const config_problem& note : loaded.notes)
        log::warn(note.text());
    int code = exit_good;
    try {
        app daemon{std::move(loaded.value), config};
        daemon.run();
    }
    catch (const startup_error& e) {
        log::error(
            "cannot start", {{"error.message", e.what()}, {"process.exit_code", e.exit_code()}}
        );
        code = e.exit_code();
    }
    log::flush();
    return code;
}

}  // namespace

void add_serve(CLI::App& root, int& exit_code)
{
    auto* command = root.add_subcommand("serve", "Receive webhooks until SIGTERM");
    auto config = std::make_shared<std::string>();
    command->add_option("-c,--config", *config, "The config file")->required();
    command->callback([config, &exit_code] { exit_code = serve(*config); });
}

}  // namespace webhookd::commands
