#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::commands {

/// Reads HTTP/1.1 answers off a connection just far enough to know their status and where they
/// end. Bodies are passed over.
class response_reader {
public:
    enum class state { more, done, broken };

    /// Takes what the connection gave. After `done` the answer's `status` and `keep_alive` stand,
    /// and `begin` must be called before the next answer.
    state feed(std::string_view bytes);

    /// The connection ended: `done` where the answer was to last until then.
    state finish() const;

    /// Forgets the last answer.
    void begin();

    int status() const noexcept { return status_; }

    bool keep_alive() const noexcept { return keep_alive_; }

    /// Has any byte of the answer come?
    bool begun() const noexcept { return begun_; }

private:
    enum class part { head, counted, until_close, chunk_size, chunk, chunk_end, trailer, whole };

    state read_head();
    bool read_field(std::string_view line);
    state read_body(std::string_view bytes);
    state read_line(std::string_view& bytes);
    state line_done();

    static constexpr std::size_t head_max = 64 * 1024;

    std::string text_;  // the head, or a line of chunked framing, as far as it has come
    part part_ = part::head;
    std::uint64_t left_ = 0;
    int status_ = 0;
    bool keep_alive_ = true;
    bool begun_ = false;
    bool chunked_ = false;
    bool counted_ = false;
};

}  // namespace webhookd::commands
