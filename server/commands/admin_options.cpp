#include "commands/admin_client.hpp"
#include "commands/commands.hpp"

#include <cctype>
#include <iostream>

namespace webhookd::commands {

void add_admin_options(CLI::App& app, admin_target& target)
{
    app.add_option("--admin", target.address, "The daemon's admin address: host:port or unix:/path")
        ->type_name("ADDRESS")
        ->capture_default_str();
    auto* file = app.add_option("--token-file", target.token_file, "File with the bearer token");
    app.add_option("--token-env", target.token_env, "Variable with the bearer token")
        ->excludes(file);
}

std::string percent_encoded(std::string_view text)
{
    constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (char c : text) {
        const auto u = static_cast<unsigned char>(c);
        const bool plain =
            u < 0x80 && (std::isalnum(u) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
        if (plain) {
            out += c;
            continue;
        }
        out += '%';
        out += hex[u >> 4];
        out += hex[u & 15];
    }
    return out;
}

int run_client(const char* command, const std::function<int()>& work)
{
    int code = exit_good;
    std::string message;
    try {
        return work();
    }
    catch (const unreachable& e) {
        code = exit_unavailable;
        message = e.what();
    }
    catch (const admin_refusal& e) {
        code = e.status() == 400 ? exit_usage : exit_failed;
        message = e.what();
    }
    catch (const std::exception& e) {
        code = exit_usage;
        message = e.what();
    }
    std::cerr << "connectly-webhookd " << command << ": " << message << '\n';
    return code;
}

}  // namespace webhookd::commands
