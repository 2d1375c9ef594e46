#pragma once

#include "config/load.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is behind `load_config`: the YAML text to a tree with positions, the tree to settings.
namespace webhookd::config {

/// Where something stands in the config file, from 1; 0 is the file as a whole.
struct position {
    int line = 0;
    int column = 0;
};

/// Gathers what is wrong (`problems`) and what will work but looks wrong (`notes`).
class findings {
public:
    explicit findings(std::string file) : file_{std::move(file)} {}

    void problem(position at, std::string message);
    void note(position at, std::string message);

    /// Moves what was found to `to`: in the order of the file, each thing once, 100 at most.
    void move_to(loaded_config& to);

private:
    std::string file_;
    std::vector<config_problem> problems_;
    std::vector<config_problem> notes_;
};

struct node;
using node_ptr = std::shared_ptr<const node>;

/// A key of a map and its value.
struct entry {
    std::string key;
    position at;  ///< Of the key.
    node_ptr value;
};

/// A value of the document.
struct node {
    enum class kind { null, text, list, map };
    kind is = kind::null;
    position at;
    std::string text;             ///< Of a text, with the environment filled in.
    bool broken = false;          ///< A problem of this value has been told already.
    std::vector<node_ptr> items;  ///< Of a list.
    std::vector<entry> entries;   ///< Of a map, in the file's order, each key once.
};

/// Looks up a variable of the environment; nullopt where it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// No config file is larger.
constexpr std::size_t document_size_max = 1u << 20;

/// Reads one YAML document. Anchors and aliases work; tags, a second document and keys that are
/// not plain texts are problems.
/// @return null where nothing could be read; then there is a problem.
node_ptr parse_document(std::string_view yaml, const environment& env, findings& to);

}  // namespace webhookd::config
