#pragma once

#include "event/identity.hpp"
#include "event/receipt.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Receipts as a provider would make them, built by hand, so that tests of what comes behind the
/// provider need none.
namespace testing {

using namespace std::chrono_literals;
using webhookd::delivery_status;
using webhookd::receipt;
using webhookd::timestamp;

/// The moment the tests' events start from: 2026-02-16T09:59:10Z.
inline constexpr timestamp noon{std::chrono::seconds{1771235950}};

inline const webhookd::endpoint& endpoint_of(std::string_view name_space = "default")
{
    static const webhookd::endpoint first{"/webhooks/connectly", "connectly", "default"};
    static const webhookd::endpoint other{"/webhooks/other", "connectly", "other"};
    return name_space == "other" ? other : first;
}

/// Texts that receipts point to. They live as long as the thread, or until `forget_kept`.
std::string_view keep(std::string text);

/// Frees what was kept: for those who make millions, once nothing points to it any more.
void forget_kept();

/// The `n`-th message id: a ULID whose time is `noon` + n ms.
std::string ulid(std::uint64_t n);

struct status {
    std::string message = ulid(1);
    delivery_status what = delivery_status::sent;
    timestamp at = noon;
    std::string customer = "+525512345678";
    std::string user_id = {};  ///< A BSUID, beside the phone number.
    std::string business = "+14085550137";
    std::string callback = {};  ///< JSON.
    std::string campaign = {};
    std::string error_code = {};  ///< Of a failure.
    webhookd::error_category category = webhookd::error_category::unknown;
    std::string_view name_space = "default";
};

receipt make(const status& s);

struct inbound {
    std::string id = ulid(1'000'000);
    timestamp at = noon;
    std::string customer = "+525512345678";  ///< Empty: a customer without a phone number.
    std::string user_id = {};
    std::string business = "+14085550137";
    std::string reply_to = {};
    std::string callback = {};  ///< JSON.
    std::string_view name_space = "default";
};

receipt make(const inbound& m);

/// An event of neither kind, with this body.
receipt make_other(std::string body, timestamp at = noon);

/// A folder that is gone with it.
class temporary_folder {
public:
    temporary_folder();
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    const std::string& path() const { return path_; }

    std::string operator/(std::string_view name) const { return path_ + "/" + std::string{name}; }

private:
    std::string path_;
};

}  // namespace testing
