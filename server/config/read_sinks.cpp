#include "config/scalars.hpp"
#include "config/sections.hpp"
#include "config/words.hpp"

#include <algorithm>
#include <filesystem>

namespace webhookd::config {

namespace {

void read_filter(section& sink, const settings& all, sink_filter& out)
{
    sink.map("filter", [&](section& s) {
        s.texts("types", out.types);
        s.texts("endpoints", out.endpoints);
        s.texts("customers", out.customers);
        s.texts("campaigns", out.campaigns);
        std::vector<std::string> paths;
        for (const endpoint_settings& e : all.ingress.endpoints)
            paths.push_back(e.path);
        for (const std::string& path : out.endpoints) {
            if (std::find(paths.begin(), paths.end(), path) != paths.end() ||
                path.find_first_of("*?") != std::string::npos)
                continue;
            const std::string meant = nearest(path, paths);
            s.problem(
                "endpoints",
                "`" + path + "` is the path of no endpoint" +
                    (meant.empty() ? "" : "; did you mean `" + meant + "`?")
            );
        }
    });
}

void read_file_sink(section& s, file_sink_settings& out)
{
    if (s.require("path", "give the file to append to: events.ndjson") &&
        s.path("path", out.path)) {
        const std::string folder = std::filesystem::path{out.path}.parent_path().string();
        if (out.path.ends_with('/') || s.to().outside.is_folder(out.path))
            s.problem("path", "`path` is a folder; give the name of a file in it");
        else if (!s.to().outside.is_folder(folder))
            s.to().found.note(
                s.place("path"), "the folder " + folder + " does not exist; the sink waits for it"
            );
    }
    s.map("rotate", [&](section& rotate) {
        if (!rotate.is_said("size", "off")) {
            std::uint64_t size = 0;
            rotate.size("size", size, {.least = 1, .most = 1ull << 46});
            if (size != 0)
                out.rotate_size = size;
        }
        if (!rotate.is_said("interval", "off")) {
            std::chrono::seconds interval{0};
            rotate.duration("interval", interval);
            if (interval.count() != 0)
                out.rotate_interval = interval;
        }
        rotate.count("keep", out.rotate_keep, {.least = 1, .most = 100'000});
    });
}

void read_destination(section& s, sink_settings& out)
{
    static const std::vector<std::string_view> types{"file", "stdout", "http", "nats"};
    std::string type;
    if (!s.require("type", "it is one of " + listed(types)) || !s.text("type", type)) {
        s.ignore_rest();
        return;
    }
    if (std::find(types.begin(), types.end(), type) == types.end()) {
        s.problem("type", "`type` must be " + listed(types) + ", not `" + type + "`");
        s.ignore_rest();
        return;
    }
    s.rename("sinks[" + type + "]");
    if (type == "file")
        read_file_sink(s, out.destination.emplace<file_sink_settings>());
    else if (type == "stdout")
        out.destination.emplace<stdout_sink_settings>();
    else if (type == "http")
        read_http_sink(s, out.destination.emplace<http_sink_settings>());
    else
        read_nats_sink(s, out.destination.emplace<nats_sink_settings>());
}

void read_name(section& s, const std::vector<sink_settings>& all, sink_settings& out)
{
    if (!s.require("name", "the name keeps the sink's place between runs: log") ||
        !s.text("name", out.name))
        return;
    if (!is_word(out.name))
        s.problem("name", "`name` must be up to 64 letters, digits, `.`, `_` and `-`");
    for (const sink_settings& other : all) {
        if (other.name == out.name)
            s.problem("name", "another sink is called `" + out.name + "`");
    }
}

// Two sinks that write to one place would mix their lines.
void check_apart(section& s, const settings& all, const sink_settings& sink)
{
    const auto* file = std::get_if<file_sink_settings>(&sink.destination);
    if (file && !file->path.empty() && file->path == all.store.path)
        s.problem("path", "`path` is the store's own file; choose another");
    for (const sink_settings& other : all.sinks) {
        const auto* other_file = std::get_if<file_sink_settings>(&other.destination);
        if (file && other_file && !file->path.empty() && file->path == other_file->path)
            s.problem("path", "the sink `" + other.name + "` writes to this file already");
        if (std::holds_alternative<stdout_sink_settings>(sink.destination) &&
            std::holds_alternative<stdout_sink_settings>(other.destination) && s.has("type"))
            s.problem("type", "the sink `" + other.name + "` writes to stdout already");
    }
}

}  // namespace

void read_sinks(section& root, settings& all)
{
    if (!root.require(
            "sinks",
            "name at least one, such as { name: console, type: stdout }, or say `sinks: []` "
            "outright: then events are kept in the store alone"
        ))
        return;
    root.each("sinks", [&](section& s) {
        sink_settings sink;
        read_name(s, all.sinks, sink);
        read_filter(s, all, sink.filter);
        s.choice("start", sink.from_beginning, {{"now", false}, {"beginning", true}});
        s.choice(
            "on_full",
            sink.on_full,
            {{"refuse", on_full::refuse}, {"drop_oldest", on_full::drop_oldest}}
        );
        read_destination(s, sink);
        check_apart(s, all, sink);
        all.sinks.push_back(std::move(sink));
    });
}

}  // namespace webhookd::config
