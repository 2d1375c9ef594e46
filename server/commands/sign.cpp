#include "commands/commands.hpp"
#include "commands/secret_options.hpp"

#include <cstdio>
#include <memory>

namespace webhookd::commands {

namespace {

int sign(const secret_options& options)
{
    try {
        const provider& from = options.find();
        const std::vector<candidate> secrets = options.read();
        const std::string body = read_standard_input();
        const auto values = from.sign(secrets.front().secret.value, body, now());
        std::printf("%s\n", values.front().c_str());
        return exit_good;
    }
    catch (const usage_problem& problem) {
        return complain(problem);
    }
}

}  // namespace

void add_sign(CLI::App& root, int& exit_code)
{
    auto* const command =
        root.add_subcommand("sign", "Print the signature of the body on standard input");
    const auto options = std::make_shared<secret_options>();
    options->add_to(*command);
    command->footer("With a config, the endpoint's first secret signs, or the one of --secret.");
    command->callback([options, &exit_code] { exit_code = sign(*options); });
}

}  // namespace webhookd::commands
