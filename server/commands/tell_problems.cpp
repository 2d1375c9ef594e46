#include "commands/tell_problems.hpp"

#include <cstdio>

namespace webhookd::commands {

void tell_problems(const loaded_config& config)
{
    std::string out;
    for (const config_problem& problem : config.problems)
        out += problem.text() + "\n";
    for (const config_problem& note : config.notes) {
        config_problem told = note;
        told.message.insert(0, "note: ");
        out += told.text() + "\n";
    }
    std::fwrite(out.data(), 1, out.size(), stderr);
}

}  // namespace webhookd::commands
