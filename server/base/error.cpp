#include "base/error.hpp"

#include <string>

namespace webhookd {

namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "webhookd"; }

    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
            case errc::missing_signature: return "the signature header is missing";
            case errc::malformed_signature: return "the signature is not Base64 of 32 bytes";
            case errc::signature_mismatch: return "the signature fits no active secret";
            case errc::body_too_large: return "the body is over the limit";
            case errc::bad_framing: return "the request's framing is ambiguous or malformed";
            case errc::queue_full: return "the queue to the store is full";
            case errc::store_full: return "the store is at its maximum size";
            case errc::store_failed: return "the store cannot be written";
            case errc::store_locked: return "another process has the store open";
            case errc::store_corrupt: return "the store is damaged or of another version";
            case errc::stopping: return "the daemon is shutting down";
            case errc::timed_out: return "the deadline passed";
            case errc::not_found: return "there is no such thing";
            case errc::invalid_argument: return "the value is not valid";
            case errc::sink_unavailable: return "the sink is not available now";
            case errc::sink_rejected: return "the sink refuses the event for good";
            case errc::cancelled: return "cancelled";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& webhookd_category() noexcept
{
    static const category instance;
    return instance;
}

const char* name(errc e) noexcept
{
    switch (e) {
        case errc::missing_signature: return "missing_signature";
        case errc::malformed_signature: return "malformed_signature";
        case errc::signature_mismatch: return "signature_mismatch";
        case errc::body_too_large: return "body_too_large";
        case errc::bad_framing: return "bad_framing";
        case errc::queue_full: return "queue_full";
        case errc::store_full: return "store_full";
        case errc::store_failed: return "store_failed";
        case errc::store_locked: return "store_locked";
        case errc::store_corrupt: return "store_corrupt";
        case errc::stopping: return "stopping";
        case errc::timed_out: return "timed_out";
        case errc::not_found: return "not_found";
        case errc::invalid_argument: return "invalid_argument";
        case errc::sink_unavailable: return "sink_unavailable";
        case errc::sink_rejected: return "sink_rejected";
        case errc::cancelled: return "cancelled";
    }
    return "unknown";
}

}  // namespace webhookd
