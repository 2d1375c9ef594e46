#include "config/document.hpp"

#include "support/catch.hpp"
#include "world.hpp"

using namespace webhookd;
using namespace webhookd::config;

namespace {

struct read_document {
    node_ptr root;
    std::vector<config_problem> problems;
};

read_document read(std::string_view yaml)
{
    read_document out;
    findings to{"c.yaml"};
    out.root = parse_document(yaml, [](const std::string&) { return std::nullopt; }, to);
    loaded_config found;
    to.move_to(found);
    out.problems = std::move(found.problems);
    return out;
}

}  // namespace

TEST_CASE("document: every key and value knows its line and column", "[config]")
{
    const auto [root, problems] = read("a: 1\nlist:\n  - x: [y, 'z']\n");
    REQUIRE(root);
    REQUIRE(problems.empty());
    REQUIRE(root->entries.size() == 2);
    CHECK(root->entries[0].value->text == "1");
    CHECK(root->entries[0].value->at.column == 4);
    CHECK(root->entries[1].at.line == 2);
    const node& item = *root->entries[1].value->items.at(0);
    CHECK(item.entries.at(0).at.line == 3);
    CHECK(item.entries.at(0).at.column == 5);
    CHECK(item.entries.at(0).value->items.at(1)->text == "z");
    CHECK(item.entries.at(0).value->items.at(1)->at.column == 12);
}

TEST_CASE("document: what is no YAML, or no text, is told where it stands", "[config]")
{
    struct {
        const char* name;
        std::string yaml;
        int line;
        int column;
    } cases[] = {
        {"a tab in the indentation", "a:\n\tb: 1\n", 2, 1},
        {"a tab behind spaces", "a:\n  \tb: 1\n", 2, 3},
        {"an open bracket", "a: [1, 2\nb: 3\n", 2, 2},
        {"an open quote", "a: \"x\n", 1, 4},
        {"an open quote in a list", "a: [b, 'c]\nd: 1\n", 1, 8},
        {"an open quote round a key", "a: 1\n'b: 2\n", 2, 1},
        {"a tab in an empty line", "a: 1\n\t\nb: 2\n", 2, 1},
        {"a colon in a plain text", "a: b: c\n", 1, 5},
        {"a wrong indentation", "a:\n    b: 1\n  c: 2\n", 3, 3},
        {"an alias of nothing", "a: *x\n", 1, 4},
        {"an alias inside of what it names", "a: &x [*x]\n", 1, 8},
        {"a tag", "a: !!int 1\n", 1, 4},
        {"a tag of a map", "a: !x { b: 1 }\n", 1, 4},
        {"a list for a key", "? [a]\n: 1\n", 1, 3},
        {"a second document", "a: 1\n---\nb: 2\n", 2, 1},
        {"a NUL", std::string("a: \0b\n", 6), 1, 4},
        {"an end-of-transmission, which yaml-cpp takes for the end", "a: 1\nb: \x04\n", 2, 4},
        {"bytes that are not UTF-8", "a: 1\nb: \xff\n", 2, 1},
        {"UTF-16",
         std::string(
             "\xff\xfe"
             "a\0:\0",
             6
         ),
         1,
         1},
        {"a key twice", "a: 1\nb: 2\na: 3\n", 3, 1},
        {"a variable that is not set", "a: 1\nb: x${NONE}\n", 2, 4},
        {"nested too deeply", std::string(40, '[') + std::string(40, ']'), 1, 33},
        {"nested far too deeply", std::string(100'000, '['), 1, 1},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            const auto problems = read(c.yaml).problems;
            REQUIRE(problems.size() >= 1);
            CHECK(problems[0].file == "c.yaml");
            CHECK(problems[0].line == c.line);
            CHECK(problems[0].column == c.column);
            CHECK(!problems[0].message.empty());
        }
    }
}

TEST_CASE("document: without anything in it there is nothing to read", "[config]")
{
    for (const auto* yaml : {"", "\n\n", "# only a comment\n", "---\n...\n"}) {
        CAPTURE(yaml);
        const auto [root, problems] = read(yaml);
        CHECK((!root || root->is == node::kind::null));
        CHECK((root || !problems.empty()));
    }
    CHECK(read(std::string(document_size_max + 1, '#')).problems.size() == 1);
}

TEST_CASE("document: Windows' line ends, a BOM and tabs that indent nothing are fine", "[config]")
{
    for (const auto* yaml :
         {"a: 1\r\nb: 2\r\n",
          "\xef\xbb\xbf"
          "a: 1\nb: 2\n",
          "a: 1\t# a comment\nb: 2\n",
          "a: 1 # a\ttab\nb: 2\n"}) {
        CAPTURE(yaml);
        const auto [root, problems] = read(yaml);
        CHECK(problems.empty());
        REQUIRE(root);
        CHECK(root->entries.size() == 2);
    }
}

TEST_CASE("document: an anchor's value stands wherever its alias does", "[config]")
{
    const auto [root, problems] = read("a: &x { b: 1 }\nc: [*x, *x]\n");
    REQUIRE(root);
    CHECK(problems.empty());
    CHECK(root->entries[1].value->items.at(1)->entries.at(0).value->text == "1");
}

TEST_CASE("document: at most a hundred problems are told", "[config]")
{
    std::string yaml;
    for (int i = 0; i < 5'000; ++i)
        yaml += "k" + std::to_string(i) + ": ${NONE}\n";
    CHECK(read(yaml).problems.size() == 100);
}
