#include "base/json.hpp"
#include "commands/commands.hpp"
#include "commands/tell_problems.hpp"

#include <cstdio>
#include <memory>

namespace webhookd::commands {

namespace {

void append_list(std::string& out, const char* name, const std::vector<config_problem>& all)
{
    out += json::quoted(name) + ":[";
    bool first = true;
    for (const config_problem& p : all) {
        out += first ? "{\"file\":" : ",{\"file\":";
        json::append_string(out, p.file);
        out += ",\"line\":" + std::to_string(p.line) + ",\"column\":" + std::to_string(p.column);
        out += ",\"message\":" + json::quoted(p.message) + "}";
        first = false;
    }
    out += ']';
}

std::string as_json(const loaded_config& config)
{
    std::string out = config.problems.empty() ? "{\"valid\":true," : "{\"valid\":false,";
    append_list(out, "problems", config.problems);
    out += ',';
    append_list(out, "notes", config.notes);
    return out + "}\n";
}

std::string counted(std::size_t n, const std::string& thing)
{
    return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

int validate(const std::string& path, bool json)
{
    const loaded_config config = load_config(path);
    const settings& s = config.value;
    if (!json)
        tell_problems(config);
    std::string out;
    if (json)
        out = as_json(config);
    else if (config.problems.empty())
        out = path + ": good: " + counted(s.ingress.listeners.size(), "listener") + ", " +
              counted(s.ingress.endpoints.size(), "endpoint") + ", " +
              counted(s.sinks.size(), "sink") + "\n";
    std::fwrite(out.data(), 1, out.size(), stdout);
    return config.problems.empty() ? exit_good : exit_config;
}

struct options {
    std::string config;
    std::string format = "text";
};

}  // namespace

void add_validate(CLI::App& root, int& exit_code)
{
    const auto given = std::make_shared<options>();
    CLI::App* command = root.add_subcommand("validate", "Check a config file, and change nothing");
    command->add_option("-c,--config", given->config, "The config file")->required();
    command->add_option("--format", given->format, "text: problems on stderr; json: on stdout")
        ->check(CLI::IsMember({"text", "json"}));
    command->callback([given, &exit_code] {
        exit_code = validate(given->config, given->format == "json");
    });
}

}  // namespace webhookd::commands
