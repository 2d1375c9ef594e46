#include "base/log.hpp"

#include "support/catch.hpp"

#include <simdjson.h>

#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

using namespace webhookd;

namespace {

// What `work` writes to file descriptor 2, as lines.
template <class Work>
std::vector<std::string> stderr_of(Work work)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> file{std::tmpfile(), std::fclose};
    REQUIRE(file);
    std::fflush(stderr);
    const int kept = dup(2);
    REQUIRE(dup2(fileno(file.get()), 2) == 2);
    work();
    std::fflush(stderr);
    REQUIRE(dup2(kept, 2) == 2);
    close(kept);

    std::rewind(file.get());
    std::vector<std::string> lines(1);
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += static_cast<char>(c);
    }
    CHECK(lines.back().empty());  // the last line is complete
    lines.pop_back();
    return lines;
}

template <class Work>
std::vector<std::string> logged(log::level least, log::format format, Work work)
{
    return stderr_of([&] {
        log::setup(least, format);
        work();
        log::flush();
    });
}

}  // namespace

TEST_CASE("log: a line is one JSON object with OpenTelemetry's field names", "[base]")
{
    const auto lines = logged(log::level::info, log::format::json, [] {
        const std::string owned = "o\"wned\n\xff";
        log::warn(
            "sink failed",
            {{"sink.name", owned},
             {"attempt", 3},
             {"limit", std::uint64_t{1} << 40},
             {"seconds", 1.5},
             {"ratio", 0.25f},
             {"retryable", true},
             {"not.a.number", std::numeric_limits<double>::quiet_NaN()}}
        );
    });
    REQUIRE(lines.size() == 1);

    simdjson::dom::parser parser;
    simdjson::dom::element line;
    REQUIRE(parser.parse(lines[0]).get(line) == simdjson::SUCCESS);
    CHECK(std::string_view{line["SeverityText"]} == "WARN");
    CHECK(std::int64_t{line["SeverityNumber"]} == 13);
    CHECK(std::string_view{line["Body"]} == "sink failed");
    CHECK(std::string_view{line["Timestamp"]}.size() == 27);
    CHECK(std::string_view{line["Resource"]["service.name"]} == "connectly-webhookd");
    const simdjson::dom::element attributes = line["Attributes"];
    CHECK(std::string_view{attributes["sink.name"]} == "o\"wned\n\xef\xbf\xbd");
    CHECK(std::int64_t{attributes["attempt"]} == 3);
    CHECK(std::int64_t{attributes["limit"]} == std::int64_t{1} << 40);
    CHECK(double{attributes["seconds"]} == 1.5);
    CHECK(double{attributes["ratio"]} == 0.25);
    CHECK(bool{attributes["retryable"]});
    CHECK(attributes["not.a.number"].is_null());
}

TEST_CASE("log: lines below the level are left out, and the level can change", "[base]")
{
    const auto lines = logged(log::level::warn, log::format::text, [] {
        log::debug("one");
        log::info("two");
        log::warn("three");
        log::set_level(log::level::debug);
        log::debug("four");
        log::error("five");
    });
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].find("WARN three") != std::string::npos);
    CHECK(lines[1].find("DEBUG four") != std::string::npos);
    CHECK(lines[2].find("ERROR five") != std::string::npos);
}

// A path or an error text of somebody else must not look like a line or a field of ours.
TEST_CASE("log: in text format a value cannot forge a line or a field", "[base]")
{
    const auto lines = logged(log::level::info, log::format::text, [] {
        log::info(
            "refused",
            {{"plain", "a/b-c"}, {"evil", "x\n2026-01-01 ERROR forged"}, {"more", "b c=d"}}
        );
    });
    REQUIRE(lines.size() == 1);
    CHECK(
        lines[0].find(R"(plain=a/b-c evil="x\n2026-01-01 ERROR forged" more="b c=d")") !=
        std::string::npos
    );
}

TEST_CASE("log: before the set-up and after the flush lines go out at once as they are", "[base]")
{
    const auto lines = stderr_of([] { log::error("early", {{"file", "a"}}); });
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("early") != std::string::npos);
}

TEST_CASE("log: flush writes out all that is waiting, and may be called twice", "[base]")
{
    const auto lines = logged(log::level::info, log::format::json, [] {
        for (int i = 0; i < 1000; ++i)
            log::info("line", {{"number", i}});
        log::flush();
    });
    REQUIRE(lines.size() == 1000);
    CHECK(lines.back().find("\"number\":999") != std::string::npos);
}
