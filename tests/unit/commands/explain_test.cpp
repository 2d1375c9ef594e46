#include "commands/explain.hpp"

#include "base/encoding.hpp"
#include "support/catch.hpp"

using namespace webhookd;
using namespace webhookd::commands;

namespace {

const provider& connectly()
{
    return *find_provider("connectly");
}

constexpr timestamp noon{std::chrono::seconds{1771236000}};
const std::string body =
    "{\"topic\":\"messages\",\"message\":{\"text\":\"Env\xc3\xado / \xf0\x9f\x9a\x80\",\"n\":1.0}}";

std::string signature(const std::string& secret, std::string_view of = body)
{
    return connectly().sign(secret_value{secret}, of, noon)[0];
}

candidate secret(std::string name, std::string value, bool expected = true)
{
    return {{name, secret_value{std::move(value)}, {}}, "the secret \"" + name + "\"", expected};
}

std::string explained(
    std::string_view given,
    std::string_view of = body,
    std::vector<candidate> candidates = {secret("current", "s3cr3t")}
)
{
    std::string all;
    for (const std::string& line : explain_mismatch(connectly(), given, of, candidates, noon))
        all += line + "\n";
    return all;
}

bool says(const std::string& text, std::string_view what)
{
    return text.find(what) != std::string::npos;
}

std::string hex(std::string_view base64)
{
    std::string out;
    append_hex(out, *decode_base64_256(base64));
    return out;
}

}  // namespace

TEST_CASE("explain: a right code in another spelling")
{
    const std::string good = signature("s3cr3t");
    CHECK(says(explained(hex(good)), "hex"));
    CHECK(says(explained("sha256=" + hex(good)), "hex"));
    CHECK(says(explained(good.substr(0, 43)), "padding"));
    CHECK(says(explained(" " + good + "\n"), "white space"));
    CHECK(says(explained("sha256=" + good), "prefix"));
    std::string of_hex;
    append_base64(of_hex, as_bytes(hex(good)));
    CHECK(says(explained(of_hex), "Base64 of the hex"));
    for (const std::string& text : {hex(good), good.substr(0, 43), "sha256=" + good, of_hex})
        CHECK(says(explained(text), "The signature is right for the secret \"current\""));

    // A code with + or / in it, in the url-safe alphabet.
    std::string other = body;
    while (signature("s3cr3t", other).find_first_of("+/") == std::string::npos)
        other += ' ';
    std::string url_safe = signature("s3cr3t", other);
    for (char& c : url_safe)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    CHECK(says(explained(url_safe, other), "url-safe"));
}

TEST_CASE("explain: what is no signature at all")
{
    CHECK(says(explained(""), "empty"));
    CHECK(says(explained(" \n"), "empty"));
    CHECK(says(explained("hello"), "not 32 bytes"));
    CHECK(says(explained(std::string(88, 'A')), "not 32 bytes"));
}

TEST_CASE("explain: a newline that was added to the body or got lost")
{
    const std::string with_newline = body + "\n";
    CHECK(says(explained(signature("s3cr3t"), with_newline), "without the newline"));
    CHECK(says(explained(signature("s3cr3t"), body + "\r\n"), "without the newline"));
    CHECK(says(explained(signature("s3cr3t", with_newline)), "with a newline at its end"));
    CHECK(says(explained(signature("s3cr3t", "{\n}"), "{\r\n}"), "line ends"));
    CHECK(says(explained(signature("s3cr3t", "{\r\n}"), "{\n}"), "line ends"));
}

TEST_CASE("explain: a body that was parsed and written anew")
{
    const std::string signed_by_provider = signature("s3cr3t");
    for (const std::string_view rewritten :
         {"{\"topic\": \"messages\", \"message\": {\"text\": \"Env\\u00edo / \\ud83d\\ude80\", "
          "\"n\": 1.0}}",
          "{\"topic\":\"messages\",\"message\":{\"text\":\"Env\\u00edo \\/ "
          "\\ud83d\\ude80\",\"n\":1.0}}",
          "{\n  \"topic\": \"messages\",\n  \"message\": {\n    \"text\": \"Env\xc3\xado / "
          "\xf0\x9f\x9a\x80\",\n"
          "    \"n\": 1.0\n  }\n}\n"}) {
        INFO(rewritten);
        CHECK(says(explained(signed_by_provider, rewritten), "parsed the JSON and wrote it anew"));
    }
    // The other way round: the provider had sent it with blanks.
    const std::string_view sent = "{\"topic\": \"messages\", \"message\": {\"text\": \"a\"}}";
    CHECK(says(
        explained(
            signature("s3cr3t", sent), "{\"topic\":\"messages\",\"message\":{\"text\":\"a\"}}"
        ),
        "json.dumps"
    ));
}

TEST_CASE("explain: a secret that was read wrongly")
{
    const auto with = [](const std::string& signed_with, const std::string& configured) {
        return explained(signature(signed_with), body, {secret("current", configured)});
    };
    CHECK(says(with("s3cr3t\n", "s3cr3t"), "newline"));
    CHECK(says(with("s3cr3t", "s3cr3t\n"), "without the white space"));
    CHECK(says(with("s3cr3t", " s3cr3t "), "without the white space"));
    CHECK(says(with("s3cr3t ", "s3cr3t"), "blank"));
    CHECK(says(with("s3cr3t", "\"s3cr3t\""), "quotes"));
    CHECK(says(with("s3cr3t", "czNjcjN0"), "Base64-decoded"));
    CHECK(says(with("s3cr3t", "733363723374"), "hex-decoded"));
}

TEST_CASE("explain: two mistakes at once are still found")
{
    CHECK(says(explained(signature("s3cr3t\n"), body + "\n"), "newline behind it"));
    CHECK(says(explained(signature("s3cr3t\n"), body + "\n"), "without the newline"));
}

TEST_CASE("explain: another secret of the config, or one that has ended")
{
    const std::vector<candidate> two{secret("current", "a"), secret("other", "b", false)};
    const std::string other = explained(signature("b"), body, two);
    CHECK(says(other, "\"other\""));
    CHECK(says(other, "not the secret it was checked with"));

    candidate ended = secret("old", "a");
    ended.secret.not_after = noon;
    CHECK(says(explained(signature("a"), body, {ended}), "ended at 2026-02-16T10:00:00Z"));
}

TEST_CASE("explain: where nothing fits it says so, and never tells a secret")
{
    const std::string none = explained(signature("another"), body);
    CHECK(says(none, "fits none"));
    for (const std::string& text : {none, explained(signature("s3cr3t\n"), body)})
        CHECK_FALSE(says(text, "s3cr3t"));
    CHECK(says(explained(signature("another", ""), ""), "piped"));
}
