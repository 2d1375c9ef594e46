#include "commands/commands.hpp"
#include "commands/explain.hpp"
#include "commands/secret_options.hpp"

#include <cstdio>
#include <memory>

namespace webhookd::commands {

namespace {

struct verify_options {
    secret_options secrets;
    std::string signature;
    bool explain = false;
};

int report(const verify_options& o, const std::string& body, const std::vector<candidate>& all)
{
    const provider& from = o.secrets.find();
    std::vector<named_secret> meant;
    for (const candidate& c : all)
        if (c.expected)
            meant.push_back(c.secret);
    const timestamp at = now();
    const verdict v = from.make_worker(meant)->verify({o.signature}, body, at);
    if (!v.refusal) {
        std::printf("good: %s\n", all[v.secret].where.c_str());
        return exit_good;
    }
    std::printf("%s\n", name(static_cast<errc>(v.refusal.value())));
    if (o.explain)
        for (const std::string& why : explain_mismatch(from, o.signature, body, all, at))
            std::printf("%s\n", why.c_str());
    return exit_failed;
}

int verify(const verify_options& options)
{
    try {
        options.secrets.find();
        const std::vector<candidate> secrets = options.secrets.read();
        return report(options, read_standard_input(), secrets);
    }
    catch (const usage_problem& problem) {
        return complain(problem);
    }
}

}  // namespace

void add_verify(CLI::App& root, int& exit_code)
{
    auto* const command = root.add_subcommand(
        "verify", "Check a signature against the body on standard input: exit 0 or 1"
    );
    const auto options = std::make_shared<verify_options>();
    options->secrets.add_to(*command);
    command->add_option("-s,--signature", options->signature, "The signature header's value")
        ->required();
    command->add_flag("--explain", options->explain, "Say why it does not fit");
    command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace webhookd::commands
