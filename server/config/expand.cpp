#include "config/expand.hpp"

namespace webhookd::config {

namespace {

bool is_name(std::string_view text)
{
    const auto letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    };
    if (text.empty() || !letter(text.front()))
        return false;
    for (const char c : text) {
        if (!letter(c) && !(c >= '0' && c <= '9'))
            return false;
    }
    return true;
}

// Fills in what stands between `${` and `}`.
std::string fill_in(std::string_view inside, const environment& env, std::string& problem)
{
    const auto colon = inside.find(":-");
    const std::string name{inside.substr(0, colon)};
    if (!is_name(name)) {
        problem = "`${" + std::string{inside} +
                  "}` names no variable; write ${NAME} or ${NAME:-default}, and $$ for a $";
        return {};
    }
    if (inside.find("${") != std::string_view::npos) {
        problem = "the default of ${" + name + "} cannot hold another ${";
        return {};
    }
    const auto value = env(name);
    if (colon != std::string_view::npos && (!value || value->empty()))
        return std::string{inside.substr(colon + 2)};
    if (!value) {
        problem = "the environment variable " + name + " is not set; set it, or write ${" + name +
                  ":-default}";
        return {};
    }
    return *value;
}

}  // namespace

expanded expand(std::string_view text, const environment& env)
{
    expanded out;
    std::size_t at = 0;
    while (at < text.size() && out.problem.empty()) {
        const auto dollar = text.find('$', at);
        out.text += text.substr(at, dollar - at);
        if (dollar == std::string_view::npos)
            break;
        const std::string_view rest = text.substr(dollar + 1);
        if (rest.starts_with('{')) {
            const auto end = rest.find('}');
            if (end == std::string_view::npos) {
                out.problem = "a ${ without its }; write ${NAME}, and $$ for a $";
                break;
            }
            out.text += fill_in(rest.substr(1, end - 1), env, out.problem);
            at = dollar + 1 + end + 1;
        }
        else {
            out.text += '$';
            at = dollar + (rest.starts_with('$') ? 2 : 1);
        }
    }
    return out;
}

}  // namespace webhookd::config
