#pragma once

#include <CLI/CLI.hpp>

/// The command line (design §8): each function adds one subcommand to `root`. When it is chosen,
/// its work runs in the parse's callback and `exit_code` gets what the process ends with.
namespace webhookd::commands {

/// The exit codes of sysexits.h that are used.
enum exit_status : int {
    exit_good = 0,
    exit_failed = 1,  ///< The command ran and its answer is no (`verify`, `send`).
    exit_usage = 64,
    exit_unavailable = 69,  ///< Cannot bind, cannot reach the daemon.
    exit_store = 74,
    exit_store_locked = 75,
    exit_config = 78,
};

void add_serve(CLI::App& root, int& exit_code);
void add_validate(CLI::App& root, int& exit_code);
void add_print_config(CLI::App& root, int& exit_code);
void add_sign(CLI::App& root, int& exit_code);
void add_verify(CLI::App& root, int& exit_code);
void add_send(CLI::App& root, int& exit_code);
void add_tail(CLI::App& root, int& exit_code);
void add_messages(CLI::App& root, int& exit_code);
void add_dead_letters(CLI::App& root, int& exit_code);
void add_replay(CLI::App& root, int& exit_code);
void add_sinks(CLI::App& root, int& exit_code);
void add_version(CLI::App& root, int& exit_code);

}  // namespace webhookd::commands
