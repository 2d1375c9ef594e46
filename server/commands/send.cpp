#include "commands/commands.hpp"
#include "commands/send_report.hpp"
#include "commands/send_source.hpp"

#include <iostream>
#include <sys/resource.h>
#include <unistd.h>

namespace webhookd::commands {

namespace {

load_settings settings_of(const send_options& o, const source& s, SSL_CTX* tls)
{
    load_settings out;
    out.url = s.url;
    out.connections = o.connections;
    out.rate = o.rate;
    out.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(o.timeout * 1000)};
    out.keep_going = o.keep_going;
    out.retry_for = std::chrono::milliseconds{static_cast<std::int64_t>(o.retry_for * 1000)};
    out.tls = tls;
    return out;
}

void show_progress(const load_report& r)
{
    std::uint64_t good = 0;
    std::uint64_t all = 0;
    for (const auto& [status, n] : r.answers) {
        all += n;
        good += status == 200 ? n : 0;
    }
    std::cerr << "\r\x1b[K" << r.sent << " sent, " << good << " answered 200, " << all - good
              << " otherwise, " << r.unanswered << " unanswered" << std::flush;
}

void allow_many_files()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int send(const send_options& o)
{
    const source from = find_source(o);
    client_tls_ptr tls;
    if (from.url.tls)
        tls = make_client_tls(o.ca.empty() ? std::nullopt : std::optional{o.ca}, o.insecure);
    std::unique_ptr<line_file> ids;
    std::unique_ptr<line_file> unanswered;
    if (!o.ids.empty())
        ids = std::make_unique<line_file>(o.ids);
    if (!o.unanswered.empty())
        unanswered = std::make_unique<line_file>(o.unanswered);
    request_queue queue{o, from};
    allow_many_files();

    using clock = std::chrono::steady_clock;
    const auto until = o.duration > 0 ? clock::now() + std::chrono::duration_cast<clock::duration>(
                                                           std::chrono::duration<double>{o.duration}
                                                       )
                                      : clock::time_point::max();
    load_hooks hooks;
    hooks.next = [&](load_request& out) {
        if (clock::now() >= until)
            queue.end();
        return queue.next(out);
    };
    hooks.accepted = [&](std::string_view id) {
        if (ids)
            ids->write(id);
    };
    hooks.unanswered = [&](std::string_view id) {
        if (unanswered)
            unanswered->write(id);
    };
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    if (terminal)
        hooks.progress = show_progress;
    load_report report;
    try {
        report = run_load(settings_of(o, from, tls.get()), std::move(hooks));
    }
    catch (const std::exception& e) {
        throw refusal{exit_failed, e.what()};  // an id that could not be written
    }
    if (terminal)
        std::cerr << "\r\x1b[K";
    // Ids on standard output stay alone there.
    (o.ids == "-" ? std::cerr : std::cout)
        << (o.json ? report_json(report) : report_text(report)) << std::flush;
    if (report.sent == 0 && report.connections == 0)
        return exit_unavailable;
    return all_good(report) ? exit_good : exit_failed;
}

void add_options(CLI::App& app, send_options& o)
{
    app.add_option("--url", o.url, "Where to send: http:// or https://, with the endpoint's path")
        ->type_name("URL");
    auto* file = app.add_option("--secret-file", o.secret_file, "File with the signing secret");
    auto* env = app.add_option("--secret-env", o.secret_env, "Variable with the signing secret");
    auto* config = app.add_option(
        "--config", o.config, "Take secret, namespace and, without --url, the address from it"
    );
    file->excludes(env)->excludes(config);
    env->excludes(config);
    app.add_option("--endpoint", o.endpoint, "Path of the config's endpoint; else its first one")
        ->needs(config);
    app.add_option("--namespace", o.name_space, "The endpoint's namespace: part of event ids")
        ->excludes(config);
    auto* files = app.add_option("files", o.files, "Payload files, each sent byte for byte");
    app.add_option("--scenario", o.scenario, "Made-up events instead of files")
        ->check(CLI::IsMember({"life", "replies", "failures", "repeats", "out-of-order", "mixed"}))
        ->capture_default_str()
        ->excludes(files);
    app.add_option("--count", o.count, "How many requests; else each file or the scenario once")
        ->check(CLI::PositiveNumber);
    app.add_option("--duration", o.duration, "Stop after so many seconds")
        ->check(CLI::PositiveNumber);
    app.add_option("--rate", o.rate, "Requests a second, whether or not answers come")
        ->check(CLI::PositiveNumber);
    app.add_option("--connections", o.connections, "Connections at once")
        ->check(CLI::Range(1, 50'000))
        ->capture_default_str();
    app.add_option_function<std::uint64_t>(
           "--seed",
           [&o](std::uint64_t seed) {
               o.seed = seed;
               o.seeded = true;
           },
           "Makes up the same events again, with --start the same bytes"
    )
        ->excludes(files);
    app.add_option("--start", o.start, "When the first message was sent (RFC 3339)")
        ->excludes(files);
    auto* ca = app.add_option("--ca", o.ca, "PEM file with the CA of the server's certificate");
    app.add_flag("--insecure", o.insecure, "Take any certificate")->excludes(ca);
    app.add_option("--timeout", o.timeout, "Seconds for a connection, and for an answer")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--keep-going", o.keep_going, "Connect again when the connection breaks");
    app.add_option("--retry-for", o.retry_for, "With --keep-going: so many seconds at most")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--ids", o.ids, "Append the id of each event that was answered 200; - prints");
    app.add_option("--unanswered", o.unanswered, "Append the id of each one without an answer");
    app.add_flag("--json", o.json, "Print the result as JSON");
}

}  // namespace

void add_send(CLI::App& root, int& exit_code)
{
    auto options = std::make_shared<send_options>();
    CLI::App* app = root.add_subcommand(
        "send", "Send signed sample traffic to a URL, and say how it was answered"
    );
    add_options(*app, *options);
    app->footer("Ends with 0 when every request was answered 200, with 1 otherwise.");
    app->callback([options, &exit_code] {
        try {
            exit_code = send(*options);
        }
        catch (const refusal& r) {
            std::cerr << "connectly-webhookd send: " << r.message << '\n';
            exit_code = r.exit_code;
        }
        catch (const std::exception& e) {
            std::cerr << "connectly-webhookd send: " << e.what() << '\n';
            exit_code = exit_usage;
        }
    });
}

}  // namespace webhookd::commands
