#include "commands/secret_options.hpp"

#include "config/load.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace webhookd::commands {

namespace {

struct close_file {
    void operator()(std::FILE* f) const noexcept { std::fclose(f); }
};

std::string read_all(std::FILE* from, const std::string& name)
{
    std::string out;
    std::array<char, 65536> piece;
    while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), from))
        out.append(piece.data(), n);
    if (std::ferror(from))
        throw usage_problem{exit_usage, name + ": " + std::strerror(errno)};
    return out;
}

std::vector<candidate> single(std::string bytes, const std::string& where)
{
    if (bytes.ends_with('\n'))
        bytes.pop_back();
    if (bytes.ends_with('\r'))
        bytes.pop_back();
    if (bytes.empty())
        throw usage_problem{exit_usage, where + " is empty; it must hold the secret"};
    return {{{"given", secret_value{std::move(bytes)}, {}}, "the secret in " + where, true}};
}

std::vector<candidate> from_file(const std::string& path)
{
    const std::unique_ptr<std::FILE, close_file> file{std::fopen(path.c_str(), "rb")};
    if (!file)
        throw usage_problem{exit_usage, path + ": " + std::strerror(errno)};
    return single(read_all(file.get(), path), path);
}

std::vector<candidate> from_environment(const std::string& name)
{
    const char* const value = std::getenv(name.c_str());
    if (!value)
        throw usage_problem{exit_usage, "the variable " + name + " is not set"};
    return single(value, "the variable " + name);
}

std::vector<candidate> from_config(const secret_options& o)
{
    const loaded_config loaded = load_config(o.config);
    if (!loaded.problems.empty()) {
        std::string all;
        for (const config_problem& p : loaded.problems)
            all += (all.empty() ? "" : "\n") + p.text();
        throw usage_problem{exit_config, all};
    }
    const auto& endpoints = loaded.value.ingress.endpoints;
    if (o.endpoint.empty() && endpoints.size() > 1)
        throw usage_problem{exit_usage, "the config has several endpoints: say --endpoint PATH"};
    std::vector<candidate> meant, others;
    for (const endpoint_settings& e : endpoints)
        for (const named_secret& s : e.secrets) {
            const bool fits = (o.endpoint.empty() || e.path == o.endpoint) &&
                              (o.secret.empty() || s.name == o.secret);
            (fits ? meant : others)
                .push_back({s, "the secret \"" + s.name + "\" of " + e.path, fits});
        }
    if (meant.empty())
        throw usage_problem{exit_usage, "the config has no such endpoint or secret"};
    meant.insert(meant.end(), others.begin(), others.end());
    return meant;
}

}  // namespace

void secret_options::add_to(CLI::App& command)
{
    command.add_option("--provider", provider, "Whose signature it is")->capture_default_str();
    auto* file = command.add_option("--secret-file", secret_file, "A file that holds the secret");
    auto* env = command.add_option("--secret-env", secret_env, "A variable that holds the secret");
    auto* from = command.add_option("-c,--config", config, "A config file: its endpoint's secrets");
    command.add_option("--endpoint", endpoint, "The endpoint's path, where there are several")
        ->needs(from);
    command.add_option("--secret", secret, "Only the secret of that name")->needs(from);
    file->excludes(env)->excludes(from);
    env->excludes(from);
}

const webhookd::provider& secret_options::find() const
{
    if (const auto* const found = find_provider(provider))
        return *found;
    std::string names;
    for (const std::string_view name : provider_names())
        names += (names.empty() ? "" : ", ") + std::string{name};
    throw usage_problem{exit_usage, "no provider " + provider + "; there is: " + names};
}

std::vector<candidate> secret_options::read() const
{
    if (!secret_file.empty())
        return from_file(secret_file);
    if (!secret_env.empty())
        return from_environment(secret_env);
    if (!config.empty())
        return from_config(*this);
    throw usage_problem{exit_usage, "say --secret-file FILE, --secret-env NAME or --config FILE"};
}

std::string read_standard_input()
{
    return read_all(stdin, "standard input");
}

int complain(const usage_problem& problem)
{
    std::fprintf(stderr, "%s\n", problem.message.c_str());
    return problem.exit_code;
}

}  // namespace webhookd::commands
