#pragma once

// Catch2 2.13 (Debian 12) and 3 (Debian 13) keep the same names under other headers.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#if defined(CATCH_VERSION_MAJOR) && CATCH_VERSION_MAJOR >= 3
using Catch::Generators::from_range;
using Catch::Generators::range;
using Catch::Generators::values;
#endif
