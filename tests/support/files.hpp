#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace webhookd::test {

/// A folder of the test's own, gone with everything in it at the end.
class folder {
public:
    folder()
    {
        std::string form = std::filesystem::temp_directory_path() / "webhookd-test-XXXXXX";
        if (!::mkdtemp(form.data()))
            throw std::runtime_error("cannot make a temporary folder");
        path_ = form;
    }

    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    ~folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

    std::string operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline std::string read_file(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_file(const std::string& path, const std::string& text)
{
    std::ofstream{path, std::ios::binary} << text;
}

}  // namespace webhookd::test
