#include "commands/send_response.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace webhookd::commands {

namespace {

std::string lower(std::string_view text)
{
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return out;
}

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool read_number(std::string_view text, std::uint64_t& out, int base)
{
    const auto r = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return r.ec == std::errc{} && r.ptr == text.data() + text.size();
}

}  // namespace

void response_reader::begin()
{
    text_.clear();
    part_ = part::head;
    left_ = 0;
    status_ = 0;
    keep_alive_ = true;
    begun_ = false;
    chunked_ = false;
    counted_ = false;
}

bool response_reader::read_field(std::string_view line)
{
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return false;
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-length") {
        counted_ = true;
        return read_number(value, left_, 10);
    }
    if (name == "transfer-encoding")
        chunked_ = lower(value) == "chunked";
    else if (name == "connection" && lower(value).find("close") != std::string::npos)
        keep_alive_ = false;
    return true;
}

response_reader::state response_reader::read_head()
{
    std::string_view head{text_};
    const bool http11 = head.starts_with("HTTP/1.1 ");
    std::uint64_t status = 0;
    if ((!http11 && !head.starts_with("HTTP/1.0 ")) || !read_number(head.substr(9, 3), status, 10))
        return state::broken;
    status_ = static_cast<int>(status);
    keep_alive_ = http11;
    head.remove_prefix(std::min(head.find("\r\n") + 2, head.size()));
    while (!head.starts_with("\r\n")) {
        const auto end = head.find("\r\n");
        if (!read_field(head.substr(0, end)))
            return state::broken;
        head.remove_prefix(end + 2);
    }
    if (status_ < 200) {
        const bool kept_begun = begun_;  // an interim answer: the real one follows
        begin();
        begun_ = kept_begun;
        return state::more;
    }
    if (status_ == 204 || status_ == 304)
        part_ = part::whole;
    else if (chunked_)
        part_ = part::chunk_size;
    else if (counted_)
        part_ = left_ == 0 ? part::whole : part::counted;
    else
        part_ = part::until_close;
    text_.clear();
    return part_ == part::whole ? state::done : state::more;
}

response_reader::state response_reader::feed(std::string_view bytes)
{
    begun_ = begun_ || !bytes.empty();
    while (part_ == part::head) {
        const auto seen = text_.size();
        text_.append(bytes);
        const auto end = text_.find("\r\n\r\n", seen < 3 ? 0 : seen - 3);
        if (end == std::string::npos)
            return text_.size() > head_max ? state::broken : state::more;
        bytes.remove_prefix(end + 4 - seen);
        text_.resize(end + 4);
        const state s = read_head();
        if (s != state::more)
            return s;
        if (bytes.empty())
            return state::more;
    }
    return read_body(bytes);
}

// Reads up to and with a line's end; the line is in `text_` when it answers `done`.
response_reader::state response_reader::read_line(std::string_view& bytes)
{
    const auto end = bytes.find('\n');
    const auto n = end == std::string_view::npos ? bytes.size() : end + 1;
    text_.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    if (text_.size() > head_max)
        return state::broken;
    return end == std::string_view::npos ? state::more : state::done;
}

// A line of chunked framing is complete.
response_reader::state response_reader::line_done()
{
    std::string_view line{text_};
    line = line.substr(0, line.find_last_not_of("\r\n") + 1);
    state s = state::more;
    if (part_ == part::chunk_size) {
        line = trim(line.substr(0, line.find(';')));
        if (!read_number(line, left_, 16))
            s = state::broken;
        part_ = left_ == 0 ? part::trailer : part::chunk;
    }
    else if (part_ == part::chunk_end) {
        if (!line.empty())
            s = state::broken;
        part_ = part::chunk_size;
    }
    else if (line.empty()) {
        part_ = part::whole;
        s = state::done;
    }
    text_.clear();
    return s;
}

response_reader::state response_reader::read_body(std::string_view bytes)
{
    while (!bytes.empty() && part_ != part::whole) {
        if (part_ == part::until_close)
            return state::more;
        if (part_ == part::counted || part_ == part::chunk) {
            const auto n = std::min<std::uint64_t>(left_, bytes.size());
            left_ -= n;
            bytes.remove_prefix(static_cast<std::size_t>(n));
            if (left_ == 0)
                part_ = part_ == part::counted ? part::whole : part::chunk_end;
            continue;
        }
        state s = read_line(bytes);
        if (s == state::done)
            s = line_done();
        if (s == state::broken)
            return s;
    }
    return part_ == part::whole ? state::done : state::more;
}

response_reader::state response_reader::finish() const
{
    return part_ == part::until_close ? state::done : state::broken;
}

}  // namespace webhookd::commands
