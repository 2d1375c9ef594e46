// A signature is taken only where it is the Base64 of the body's code. The input is the length of
// the header's value, the value, and the body.

#include "base/encoding.hpp"
#include "commands/explain.hpp"
#include "providers/provider.hpp"

#include <cstdio>
#include <cstdlib>

using namespace webhookd;

namespace {

void require(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

const std::vector<named_secret>& secrets()
{
    static const std::vector<named_secret> two{
        {"new", secret_value{"s3cr3t-two"}, {}}, {"old", secret_value{"s3cr3t-one"}, {}}
    };
    return two;
}

void check(std::string_view value, std::string_view body)
{
    const provider& connectly = *find_provider("connectly");
    static const auto worker = connectly.make_worker(secrets());
    const timestamp at{std::chrono::seconds{1771236000}};
    const std::string good = connectly.sign(secrets()[1].value, body, at)[0];
    const verdict right = worker->verify({good}, body, at);
    require(!right.refusal && right.secret == 1, "the right signature is taken");

    const verdict v = worker->verify({value}, body, at);
    const error_code early = worker->check_headers({value});
    const bool spelled = decode_base64_256(value).has_value();
    require(early == (spelled ? error_code{} : errc::malformed_signature), "spelling");
    require(early ? v.refusal == early : true, "both say the same of the spelling");
    const bool fits = value == good || value == connectly.sign(secrets()[0].value, body, at)[0];
    require(!v.refusal == fits, "taken exactly where it is the code");

    if (body.size() < 256) {
        const std::vector<commands::candidate> all{{secrets()[0], "the one", true}};
        const auto why = commands::explain_mismatch(connectly, value, body, all, at);
        require(!why.empty(), "there is always something to say");
        for (const std::string& line : why)
            require(line.find("s3cr3t") == line.npos, "no secret is told");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    const std::size_t length = std::min<std::size_t>(data[0], rest.size());
    check(rest.substr(0, length), rest.substr(length));
    return 0;
}
