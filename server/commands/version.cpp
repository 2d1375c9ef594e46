#include "base/json.hpp"
#include "commands/commands.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <spdlog/version.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Of SQLite, whose header is for the store alone, this is all that is wanted.
extern "C" const char* sqlite3_libversion(void);

namespace webhookd::commands {

namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang " __clang_version__;
#else
constexpr const char* compiler = "gcc " __VERSION__;
#endif

// What the daemon is made of; of libraries that are loaded, the one that is loaded now.
std::vector<std::pair<std::string, std::string>> parts()
{
    const auto dotted = [](int major, int minor, int patch) {
        return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    };
    std::string built_by = compiler;
    built_by.erase(built_by.find_last_not_of(' ') + 1);
    return {
        {"compiler", built_by},
        {"boost", dotted(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000, BOOST_VERSION % 100)
        },
        {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"sqlite", sqlite3_libversion()},
        {"simdjson",
         dotted(
             simdjson::SIMDJSON_VERSION_MAJOR,
             simdjson::SIMDJSON_VERSION_MINOR,
             simdjson::SIMDJSON_VERSION_REVISION
         )},
        {"spdlog", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
        {"yaml-cpp", WEBHOOKD_YAML_CPP_VERSION},
        {"cli11", CLI11_VERSION},
    };
}

std::string as_text()
{
    std::string out = "connectly-webhookd " WEBHOOKD_VERSION "\n";
    for (const auto& [name, version] : parts())
        out += "  " + name + std::string(10 - name.size(), ' ') + version + "\n";
    return out;
}

std::string as_json()
{
    std::string out = "{\"version\":\"" WEBHOOKD_VERSION "\"";
    for (const auto& [name, version] : parts())
        out += "," + json::quoted(name) + ":" + json::quoted(version);
    return out + "}\n";
}

}  // namespace

void add_version(CLI::App& root, int& exit_code)
{
    const auto format = std::make_shared<std::string>("text");
    CLI::App* command =
        root.add_subcommand("version", "Print the version, the compiler and the libraries");
    command->add_option("--format", *format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    command->callback([format, &exit_code] {
        const std::string out = *format == "json" ? as_json() : as_text();
        std::fwrite(out.data(), 1, out.size(), stdout);
        exit_code = exit_good;
    });
}

}  // namespace webhookd::commands
