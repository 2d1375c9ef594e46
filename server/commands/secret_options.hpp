#pragma once

#include "commands/commands.hpp"
#include "commands/explain.hpp"

#include <string>
#include <vector>

namespace webhookd::commands {

/// What went wrong with what the user gave, and the exit code for it.
struct usage_problem {
    int exit_code = exit_usage;
    std::string message;
};

/// The options that `sign` and `verify` share: where the secret is.
struct secret_options {
    std::string provider = "connectly";
    std::string secret_file;
    std::string secret_env;
    std::string config;
    std::string endpoint;
    std::string secret;

    void add_to(CLI::App& command);

    /// The provider by its name. @throws usage_problem
    const webhookd::provider& find() const;

    /// The secrets that are meant, and with a config the others as not expected.
    /// @throws usage_problem
    std::vector<candidate> read() const;
};

/// All of standard input, as bytes. @throws usage_problem  Reading failed.
std::string read_standard_input();

/// Says what is wrong on stderr. @return Its exit code.
int complain(const usage_problem& problem);

}  // namespace webhookd::commands
