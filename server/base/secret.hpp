#pragma once

#include "base/time.hpp"

#include <openssl/crypto.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd {

/// A secret's bytes. Wiped when it goes; never printed (there is no operator<<).
class secret_value {
public:
    secret_value() = default;

    /// @param source  Where the bytes came from, for people: `env: CONNECTLY_SECRET`.
    explicit secret_value(std::string bytes, std::string source = {})
        : bytes_{bytes}, source_{std::move(source)}
    {
        OPENSSL_cleanse(bytes.data(), bytes.size());
    }

    secret_value(const secret_value&) = default;

    secret_value(secret_value&& other) noexcept
        : bytes_{other.bytes_}, source_{std::move(other.source_)}
    {
        other.wipe();
    }

    secret_value& operator=(const secret_value& other)
    {
        if (this != &other) {
            wipe();
            bytes_ = other.bytes_;
            source_ = other.source_;
        }
        return *this;
    }

    secret_value& operator=(secret_value&& other) noexcept
    {
        if (this != &other) {
            wipe();
            bytes_ = other.bytes_;
            source_ = std::move(other.source_);
            other.wipe();
        }
        return *this;
    }

    ~secret_value() { wipe(); }

    std::string_view bytes() const noexcept { return bytes_; }

    bool empty() const noexcept { return bytes_.empty(); }

    /// Where it came from, as the config says it; not secret, and empty where nobody said.
    const std::string& source() const noexcept { return source_; }

private:
    void wipe() noexcept
    {
        OPENSSL_cleanse(bytes_.data(), bytes_.size());
        bytes_.clear();
    }

    std::string bytes_;
    std::string source_;
};

/// One of several secrets that are good at the same time, so that they can be rotated.
struct named_secret {
    std::string name;                    ///< As in the config: a label of metrics, never secret.
    secret_value value;                  ///< The literal bytes; one trailing newline was trimmed.
    std::optional<timestamp> not_after;  ///< From this moment on it is no longer tried.
};

}  // namespace webhookd
