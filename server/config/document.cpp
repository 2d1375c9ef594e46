#include "config/document.hpp"

#include "config/expand.hpp"

#include <simdjson.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace webhookd::config {

namespace {

constexpr std::size_t depth_max = 32;

// Stands behind the text in a comment. A quote that is never closed, which yaml-cpp takes for
// closed at the end, has it in its value.
constexpr std::string_view end_mark = "\x02the end of the file\x02";

position place(const YAML::Mark& mark)
{
    return {mark.line + 1, mark.column + 1};
}

std::shared_ptr<node> make_node(node::kind kind, const YAML::Mark& mark)
{
    auto made = std::make_shared<node>();
    made->is = kind;
    made->at = place(mark);
    return made;
}

// Ends the reading: what follows would be misread.
struct unreadable {
    position at;
    std::string message;
};

// Takes yaml-cpp's events to a tree. yaml-cpp's own nodes forget where keys stand and keep only
// the last of two equal keys, both of which a config's reader must tell about.
class builder : public YAML::EventHandler {
public:
    builder(const environment& env, findings& to) : env_{env}, to_{to} {}

    node_ptr root() const { return root_; }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (root_)
            throw unreadable{place(mark), "a second document; a config is one YAML document"};
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (wants_key())
            throw unreadable{place(mark), "a key is missing before this `:`"};
        keep(make_node(node::kind::null, mark), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            throw unreadable{place(mark), "this alias stands inside of what it names"};
        refuse_as_key(mark);
        keep(found->second, YAML::NullAnchor);
    }

    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override
    {
        refuse_tag(mark, tag);
        if (value.find(end_mark) != std::string::npos)
            throw unreadable{place(mark), "this quote is never closed"};
        if (wants_key()) {
            open_.back().key = value;
            open_.back().key_at = place(mark);
            open_.back().has_key = true;
            return;
        }
        auto made = make_node(node::kind::text, mark);
        expanded filled = expand(value, env_);
        made->broken = !filled.problem.empty();
        made->text = std::move(filled.text);
        if (made->broken)
            to_.problem(made->at, std::move(filled.problem));
        keep(std::move(made), anchor);
    }

    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override
    {
        open(mark, tag, anchor, node::kind::list);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override
    {
        open(mark, tag, anchor, node::kind::map);
    }

    void OnMapEnd() override { close(); }

private:
    struct frame {
        std::shared_ptr<node> made;
        YAML::anchor_t anchor;
        bool has_key = false;
        std::string key;
        position key_at;
    };

    bool wants_key() const
    {
        return !open_.empty() && open_.back().made->is == node::kind::map && !open_.back().has_key;
    }

    void refuse_as_key(const YAML::Mark& mark) const
    {
        if (wants_key())
            throw unreadable{place(mark), "a key must be a plain text"};
    }

    static void refuse_tag(const YAML::Mark& mark, const std::string& tag)
    {
        // yaml-cpp's own: `?` for a plain value, `!` for a quoted one.
        if (!tag.empty() && tag != "?" && tag != "!")
            throw unreadable{place(mark), "YAML tags have no meaning here; take `" + tag + "` out"};
    }

    void open(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, node::kind kind
    )
    {
        refuse_tag(mark, tag);
        refuse_as_key(mark);
        if (open_.size() == depth_max)
            throw unreadable{place(mark), "nested too deeply for a config"};
        open_.push_back({make_node(kind, mark), anchor, false, {}, {}});
    }

    void close()
    {
        frame done = std::move(open_.back());
        open_.pop_back();
        keep(std::move(done.made), done.anchor);
    }

    void keep(node_ptr made, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor)
            anchors_[anchor] = made;
        if (open_.empty()) {
            root_ = std::move(made);
            return;
        }
        frame& in = open_.back();
        if (in.made->is == node::kind::list)
            in.made->items.push_back(std::move(made));
        else
            keep_entry(in, std::move(made));
    }

    void keep_entry(frame& in, node_ptr value)
    {
        in.has_key = false;
        for (const entry& e : in.made->entries) {
            if (e.key == in.key) {
                to_.problem(
                    in.key_at,
                    "`" + in.key + "` stands here for the second time; the first is in line " +
                        std::to_string(e.at.line)
                );
                return;
            }
        }
        in.made->entries.push_back({std::move(in.key), in.key_at, std::move(value)});
    }

    const environment& env_;
    findings& to_;
    node_ptr root_;
    std::vector<frame> open_;
    std::map<YAML::anchor_t, node_ptr> anchors_;
};

// What yaml-cpp takes in silence or tells badly: bytes that are not text, and tabs. Whether the
// text can go to the parser.
bool check_text(std::string_view yaml, findings& to)
{
    if (yaml.size() > document_size_max) {
        to.problem({}, "larger than 1 MiB, which no config is");
        return false;
    }
    bool good = true;
    int line = 0;
    for (std::size_t at = 0; at < yaml.size();) {
        ++line;
        const std::string_view text = yaml.substr(at, yaml.find('\n', at) - at);
        at += text.size() + 1;
        const auto problem = [&](std::size_t column, const char* message) {
            to.problem({line, static_cast<int>(column) + 1}, message);
            good = false;
        };
        if (!simdjson::validate_utf8(text.data(), text.size()))
            problem(0, "this line is not UTF-8; save the file as UTF-8");
        const auto control = std::find_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f;
        });
        if (control != text.end())
            problem(
                static_cast<std::size_t>(control - text.begin()),
                "a control character; a config is plain text"
            );
        const auto first = text.find_first_not_of(" \t\r");
        const auto tab = text.find('\t');
        if (tab < first)
            problem(tab, "a tab in the indentation; YAML is indented with spaces");
    }
    return good;
}

}  // namespace

node_ptr parse_document(std::string_view yaml, const environment& env, findings& to)
{
    if (!check_text(yaml, to))
        return nullptr;
    builder tree{env, to};
    try {
        std::istringstream in{std::string{yaml} + "\n# " + std::string{end_mark} + "\n"};
        YAML::Parser parser{in};
        while (parser.HandleNextDocument(tree)) {
        }
    }
    catch (const unreadable& e) {
        to.problem(e.at, e.message);
        return nullptr;
    }
    catch (const YAML::Exception& e) {
        to.problem(
            place(e.mark),
            "not valid YAML: " + e.msg +
                "; look for a wrong indentation, an open quote or bracket, or a text with `: ` or "
                "` #` that is not in quotes"
        );
        return nullptr;
    }
    if (!tree.root())
        to.problem({}, "empty; a config has at least `listeners`, `endpoints` and `sinks`");
    return tree.root();
}

}  // namespace webhookd::config
