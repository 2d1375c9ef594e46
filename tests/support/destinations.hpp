#pragma once

#include "dispatch/sink.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::test {

/// A place that events go to, and what a test can do there.
class destination {
public:
    virtual ~destination() = default;
    virtual std::unique_ptr<sink> make(sink_context& context) = 0;
    /// Every line or body that was taken, in order.
    virtual std::vector<std::string> arrived() = 0;
    /// Makes it fail, and well again.
    virtual void fail(bool failing) = 0;

    /// May a sink need several attempts until it finds that all is well again?
    virtual bool may_take_time() const { return false; }
};

struct destination_kind {
    const char* name;
    std::function<std::unique_ptr<destination>()> make;
};

/// One of each type of sink.
const std::vector<destination_kind>& destinations();

}  // namespace webhookd::test
