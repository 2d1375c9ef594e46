#pragma once

#include "support/catch.hpp"
#include "world.hpp"

#include <string>
#include <vector>

namespace webhookd::test {

/// A config with one thing wrong: where that is told, and a word of the remedy.
struct bad_config {
    const char* name;
    std::string yaml;
    const char* place;
    const char* remedy;
};

/// Checks that each is told as one problem, at its place, with its remedy.
inline void check_each(const world& w, const std::vector<bad_config>& cases)
{
    for (const bad_config& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            const std::string problems = w.problems(c.yaml);
            CAPTURE(problems);
            CHECK(problems.starts_with(std::string{c.place} + ": "));
            CHECK(problems.find(c.remedy) != std::string::npos);
            CHECK(count_of(problems, "\n") == 1);
        }
    }
}

}  // namespace webhookd::test
