// Has a bug on purpose, three comparisons deep. tests/run expects the fuzzer to find it: if it
// does not, then the fuzzers as they are built and started find nothing at all.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 2 && data[0] == 'b')
        if (data[1] == 'u')
            if (data[2] == 'g')
                std::abort();
    return 0;
}
