#pragma once

#include "commands/send_load.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace webhookd::commands {

/// A file that gets a line at a time, each with one `write`, so that what was written stays when
/// the process is killed. Appends; `-` is standard output.
class line_file {
public:
    /// @throws std::runtime_error  with a sentence that names the file.
    explicit line_file(const std::string& path);
    line_file(const line_file&) = delete;
    line_file& operator=(const line_file&) = delete;
    ~line_file();

    /// @throws std::runtime_error
    void write(std::string_view line);

private:
    std::string path_;
    std::string text_;
    int fd_ = -1;
};

/// What `send` found out, for people: a few lines.
std::string report_text(const load_report& r);

/// The same as one JSON object.
std::string report_json(const load_report& r);

/// Every request was sent and answered with 200.
bool all_good(const load_report& r);

}  // namespace webhookd::commands
