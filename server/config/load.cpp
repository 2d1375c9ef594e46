#include "config/load.hpp"

#include "config/files.hpp"
#include "config/load_text.hpp"
#include "config/sections.hpp"

#include <filesystem>

namespace webhookd {

namespace config {

namespace {

void read_all(section& root, settings& out)
{
    read_listeners(root, out.ingress);
    read_trusted_proxies(root, out.ingress);
    read_endpoints(root, out.ingress.endpoints);
    root.map("limits", [&](section& s) { read_limits(s, out.ingress.limits); });
    root.map("store", [&](section& s) { read_store(s, out.store); });
    root.map("correlation", [&](section& s) { read_correlation(s, out.store); });
    read_sinks(root, out);
    read_admin(root, out.admin);
    root.map("log", [&](section& s) { read_log(s, out.log); });
    root.map("shutdown", [&](section& s) { read_shutdown(s, out.shutdown); });
    root.count("threads", out.ingress.threads, {.least = 0, .most = 1024});
    for (const listener_settings& listener : out.ingress.listeners) {
        if (out.admin && listener.address == out.admin->address &&
            !listener.address.ends_with(":0"))
            root.problem(
                "admin", "a listener has the address " + listener.address + ", which admin needs"
            );
    }
}

}  // namespace

loaded_text load_text(std::string_view yaml, std::string file, const surroundings& around)
{
    loaded_text out;
    loading to{around, findings{std::move(file)}, {}};
    settings& s = out.config.value;
    s.store.path = to.absolute(s.store.path);
    const node_ptr document = parse_document(yaml, around.env, to.found);
    if (document && document->is != node::kind::map) {
        to.found.problem(
            document->at, "a config is a map of keys: `listeners`, `endpoints`, `sinks`, …"
        );
    }
    else if (document) {
        section root{to, *document, ""};
        read_all(root, s);
        root.done();
    }
    to.found.move_to(out.config);
    out.keys = std::move(to.keys);
    return out;
}

}  // namespace config

loaded_config load_config(const std::string& path)
{
    const auto absolute = std::filesystem::absolute(path).lexically_normal();
    const config::file_content file = config::read_any_file(path, config::document_size_max + 1);
    if (!file.problem.empty()) {
        loaded_config out;
        out.problems.push_back({path, 0, 0, "cannot read the config: " + file.problem});
        return out;
    }
    const auto around = config::real_surroundings(absolute.parent_path().string());
    return config::load_text(file.bytes, path, around).config;
}

}  // namespace webhookd
