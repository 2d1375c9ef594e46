// PROXY headers, read as a session reads them: only as many bytes as are asked for.
#include "net/proxy_protocol.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    webhookd::proxy_header header;
    std::size_t have = 0;
    for (;;) {
        const auto wanted = header.wanted(input.substr(0, have));
        if (!wanted || *wanted == 0)
            break;
        have += *wanted;
        if (have > 16 + 4096)  // no header is longer, so nobody can make us read on
            std::abort();
        if (have > size)
            return 0;
    }
    return 0;
}
