#pragma once

#include "base/error.hpp"

#include <string>

namespace webhookd::sqlite {

/// Keeps a second process out of a store: an flock on `<store>.lock`. The kernel lets go of it when
/// the process ends, however it ends; the empty file stays.
class lock_file {
public:
    lock_file() = default;
    ~lock_file();
    lock_file(lock_file&& other) noexcept;
    lock_file& operator=(lock_file&& other) noexcept;

    /// @error store_locked  Somebody holds it. store_failed: the file cannot be made.
    static result<lock_file> acquire(const std::string& store_path);

private:
    int descriptor_ = -1;
};

/// Makes `path` as an empty file that its owner alone can read, unless it is there.
error_code make_private_file(const std::string& path);

}  // namespace webhookd::sqlite
