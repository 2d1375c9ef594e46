#include "sinks/file_sink.hpp"

#include "sinks/log_file.hpp"

#include <unistd.h>
#include <utility>
#include <vector>

namespace webhookd {

namespace {

// Not fdatasync for a directory: some file systems only know fsync there.
error_code sync_all(const std::vector<owned_fd>& files)
{
    for (const owned_fd& f : files) {
        if (!f)
            return {EBADF, boost::system::system_category()};
        struct ::stat info{};
        const bool directory = ::fstat(f.get(), &info) == 0 && S_ISDIR(info.st_mode);
        if ((directory ? ::fsync(f.get()) : ::fdatasync(f.get())) != 0)
            return last_system_error();
    }
    return {};
}

class file_sink final : public sink {
public:
    file_sink(const file_sink_settings& settings, sink_context& context)
        : context_{context}, file_{settings}
    {
        policy_.retry_initial = std::chrono::milliseconds{200};
        policy_.retry_max = std::chrono::milliseconds{5'000};
        policy_.resumes_from_output = true;
    }

    const delivery_policy& policy() const noexcept override { return policy_; }

    std::optional<std::uint64_t> last_delivered() override { return file_.last_sequence(); }

    task<attempt> deliver(std::span<const event* const> batch) override
    {
        const auto out = file_.append(batch, std::chrono::system_clock::now());
        if (out.failure)
            co_return attempt::again("cannot write: " + out.failure.message(), out.lines);
        co_return attempt{};
    }

    task<result<void>> sync() override
    {
        auto files = std::make_shared<std::vector<owned_fd>>(file_.to_sync());
        if (files->empty())
            co_return result<void>{};
        std::function<error_code()> work = [files] { return sync_all(*files); };
        const auto ec = co_await run_blocking<error_code>(context_.blocking, std::move(work));
        if (!ec)
            co_return result<void>{};
        file_.sync_failed(std::move(*files));
        co_return ec;
    }

    void reopen() override { file_.reopen(); }

private:
    sink_context& context_;
    delivery_policy policy_;
    log_file file_;
};

}  // namespace

std::unique_ptr<sink> make_file_sink(const file_sink_settings& settings, sink_context& context)
{
    return std::make_unique<file_sink>(settings, context);
}

}  // namespace webhookd
