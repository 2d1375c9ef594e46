// The readers and writers of base: what one writes the other reads back, whatever the bytes.
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace webhookd;

namespace {

void expect(bool good)
{
    if (!good)
        std::abort();
}

void decode(std::string_view text)
{
    if (const auto bytes = decode_base64(text)) {
        std::string again;
        append_base64(again, as_bytes(*bytes));
        expect(again == text);  // one spelling only
    }
    if (const auto bytes = decode_base64_256(text)) {
        std::string again;
        append_base64(again, *bytes);
        expect(again == text);
    }
    if (const auto bits = decode_crockford(text)) {
        std::string again;
        append_crockford(again, *bits);
        expect(decode_crockford(again) == bits);
    }
    if (const auto bits = decode_uuid(text)) {
        std::string again;
        append_uuid(again, *bits);
        expect(decode_uuid(again) == bits);
    }
    if (const auto t = parse_rfc3339(text)) {
        const auto written = parse_rfc3339(to_rfc3339(*t));
        expect(written.has_value());
        expect(parse_rfc3339(to_rfc3339(*written)) == written);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    decode(text);
    std::string base64;
    append_base64(base64, as_bytes(text));
    expect(decode_base64(base64) == std::string{text});

    static simdjson::dom::parser parser;
    const std::string json = json::quoted(text);
    simdjson::dom::element root;
    std::string_view value;
    expect(parser.parse(json).get(root) == simdjson::SUCCESS);
    expect(root.get(value) == simdjson::SUCCESS);
    // Valid UTF-8 comes back as it was.
    if (simdjson::validate_utf8(text.data(), text.size()))
        expect(value == text);
    return 0;
}
