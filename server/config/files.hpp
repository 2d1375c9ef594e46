#pragma once

#include "config/reader.hpp"

namespace webhookd::config {

/// At most `most` bytes of whatever `path` is: a pipe will do.
file_content read_any_file(const std::string& path, std::size_t most);

/// The process's environment and the file system; of files, regular ones of up to 1 MiB, so that
/// a mistaken `/dev/zero` or a pipe without a writer does not stop the daemon.
surroundings real_surroundings(std::string folder);

}  // namespace webhookd::config
