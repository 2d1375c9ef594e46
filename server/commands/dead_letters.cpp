#include "commands/admin_client.hpp"
#include "commands/commands.hpp"
#include "commands/table.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace webhookd::commands {

namespace {

struct letter_options {
    admin_target target;
    std::string number, sink, reason;
    std::uint64_t limit = 1000;
    bool all = false, json = false;
};

std::string filter_query(const letter_options& o)
{
    std::string out;
    if (!o.sink.empty())
        out += "&sink=" + percent_encoded(o.sink);
    if (!o.reason.empty())
        out += "&reason=" + percent_encoded(o.reason);
    return out;
}

int list(const letter_options& o)
{
    admin_client client{o.target};
    std::string after;
    api_list shown;
    while (shown.items.size() < o.limit) {
        const auto wanted = std::min<std::uint64_t>(o.limit - shown.items.size(), 500);
        std::string target = "/v1/dead-letters?limit=" + std::to_string(wanted) + filter_query(o);
        if (!after.empty())
            target += "&after=" + percent_encoded(after);
        const std::string answer = client.request("GET", target);
        if (o.json)
            std::cout << answer << '\n';
        api_list page = read_list(answer);
        for (auto& item : page.items) {
            const auto event = read_fields(field_of(item, "event"));
            item.emplace_back("event_id", field_of(event, "id"));
            item.emplace_back("type", field_of(event, "type"));
            shown.items.push_back(std::move(item));
        }
        after = page.next;
        if (after.empty())
            break;
    }
    if (!o.json)
        std::cout << table_text(
            shown,
            {"number", "sink", "reason", "attempts", "last_attempt", "event_id", "type", "detail"}
        );
    if (!after.empty())
        std::cerr << "there are more: --limit shows them\n";
    return exit_good;
}

int show(const letter_options& o)
{
    const std::string answer =
        admin_client{o.target}.request("GET", "/v1/dead-letters/" + percent_encoded(o.number));
    if (o.json) {
        std::cout << answer << '\n';
        return exit_good;
    }
    for (const auto& [name, value] : read_fields(answer))
        std::cout << name << std::string(name.size() < 14 ? 14 - name.size() : 1, ' ')
                  << (value.empty() ? "-" : value) << '\n';
    return exit_good;
}

// Retries or drops one, those of a sink or reason, or all.
int act(const letter_options& o, const std::string& verb)
{
    std::string target = "/v1/dead-letters/";
    if (!o.number.empty()) {
        target += percent_encoded(o.number) + '/' + verb;
    }
    else {
        std::string query = filter_query(o);
        if (o.all)
            query += "&all=true";
        if (query.empty())
            throw std::runtime_error("say which: a number, --sink, --reason, or --all");
        target += verb + '?' + query.substr(1);
    }
    const auto answer = read_fields(admin_client{o.target}.request("POST", target));
    std::cout << answer.at(0).second
              << (verb == "retry" ? " dead letters are tried again\n" : " dead letters dropped\n");
    return exit_good;
}

void add_filter(CLI::App& app, letter_options& o)
{
    app.add_option("--sink", o.sink, "Only this sink's");
    app.add_option("--reason", o.reason, "Only those given up for this reason");
}

}  // namespace

void add_dead_letters(CLI::App& root, int& exit_code)
{
    auto o = std::make_shared<letter_options>();
    CLI::App* app = root.add_subcommand("dead-letters", "Events that a sink gave up");
    app->require_subcommand(1);

    CLI::App* listing = app->add_subcommand("list", "List them, oldest first");
    add_filter(*listing, *o);
    listing->add_option("--limit", o->limit, "At most so many")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    CLI::App* showing = app->add_subcommand("show", "Show one with its event");
    showing->add_option("number", o->number, "The dead letter's number")->required();
    for (CLI::App* sub : {listing, showing}) {
        sub->add_flag("--json", o->json, "The daemon's answer as it is");
        add_admin_options(*sub, o->target);
    }
    const auto run = [o, &exit_code](auto work) {
        return [o, &exit_code, work] {
            exit_code = run_client("dead-letters", [&] { return work(*o); });
        };
    };
    listing->callback(run(list));
    showing->callback(run(show));

    for (const char* verb : {"retry", "drop"}) {
        const bool retry = std::string_view{verb} == "retry";
        CLI::App* sub = app->add_subcommand(
            verb, retry ? "Deliver them again; what succeeds is gone" : "Forget them for good"
        );
        auto* number = sub->add_option("number", o->number, "The dead letter's number");
        add_filter(*sub, *o);
        sub->add_flag("--all", o->all, "Every one")->excludes(number);
        add_admin_options(*sub, o->target);
        sub->callback(run([verb](const letter_options& given) { return act(given, verb); }));
    }
}

}  // namespace webhookd::commands
