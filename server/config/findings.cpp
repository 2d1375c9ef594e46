#include "config/document.hpp"

#include <algorithm>
#include <tuple>

namespace webhookd {

std::string config_problem::text() const
{
    std::string out = file;
    if (line > 0)
        out += ":" + std::to_string(line) + ":" + std::to_string(column);
    return out + ": " + message;
}

namespace config {

namespace {

// Nobody mends more at once, and a file that is no config at all could have a million.
constexpr std::size_t told_at_most = 100;

// Keeps the order of the file, and the order of the checks at one place. An alias is read
// wherever it is used: what is wrong with it is still told once.
void keep(std::vector<config_problem>& all, config_problem one)
{
    const bool known = std::any_of(all.begin(), all.end(), [&](const config_problem& p) {
        return std::tie(p.line, p.column, p.message) == std::tie(one.line, one.column, one.message);
    });
    if (known || all.size() == told_at_most)
        return;
    const auto before = [](const config_problem& a, const config_problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    };
    const auto place = std::upper_bound(all.begin(), all.end(), one, before);
    all.insert(place, std::move(one));
}

}  // namespace

void findings::problem(position at, std::string message)
{
    keep(problems_, {file_, at.line, at.column, std::move(message)});
}

void findings::note(position at, std::string message)
{
    keep(notes_, {file_, at.line, at.column, std::move(message)});
}

void findings::move_to(loaded_config& to)
{
    to.problems = std::move(problems_);
    to.notes = std::move(notes_);
}

}  // namespace config

}  // namespace webhookd
