// Reads any text as a config: the YAML, the environment in it, every section, and the printer.
#include "config/load_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace webhookd;

namespace {

// A world in which names that begin like these are there: one good file, one good variable.
const config::surroundings& around()
{
    static const config::surroundings made = [] {
        config::surroundings out;
        out.folder = "/etc/w";
        out.env = [](const std::string& name) -> std::optional<std::string> {
            return name.starts_with('E') ? std::optional<std::string>{"${E}: [1MiB, 5s]"}
                                         : std::nullopt;
        };
        out.read_file = [](const std::string& path) {
            return path.ends_with('f') ? config::file_content{"whsec_c2VjcmV0\n", {}}
                                       : config::file_content{{}, "no such file"};
        };
        out.is_folder = [](const std::string& path) { return path == "/etc/w"; };
        return out;
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const loaded_config loaded = config::load_text(text, "c.yaml", around()).config;
    for (const config_problem& p : loaded.problems) {
        if (p.message.empty() || p.line < 0 || p.column < 0)
            std::abort();
    }
    if (!loaded.problems.empty())
        return 0;
    // What was good stays good, and the same, when it has been printed. A header that was written
    // out is masked, which is a good value too.
    const std::string printed = print_config(loaded.value);
    const loaded_config again = config::load_text(printed, "printed.yaml", around()).config;
    if (!again.problems.empty() || print_config(again.value) != printed)
        std::abort();
    return 0;
}
