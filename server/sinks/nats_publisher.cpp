#include "sinks/nats_publisher.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace webhookd {

namespace {

constexpr std::int64_t reconnect_wait_ms = 250;
constexpr std::chrono::milliseconds look_up{200};  // How often a wait looks whether to end.

void need(natsStatus s, const std::string& what)
{
    if (s != NATS_OK)
        throw std::runtime_error(what + ": " + natsStatus_GetText(s));
}

}  // namespace

nats_publisher::nats_publisher(const nats_sink_settings& settings)
    : settings_{settings}, subject_{settings.subject}
{
    natsOptions* made = nullptr;
    need(natsOptions_Create(&made), "cannot set NATS up");
    options_.reset(made);
    const bool tls = settings_.url.starts_with("tls://");
    if (!tls && !settings_.url.starts_with("nats://"))
        throw std::runtime_error("url: give nats://host:4222 or tls://host:4222");
    need(natsOptions_SetURL(made, settings_.url.c_str()), "url: " + settings_.url);
    need(natsOptions_SetName(made, "connectly-webhookd"), "cannot set NATS up");
    need(natsOptions_SetTimeout(made, settings_.timeout.count()), "timeout");
    need(natsOptions_SetMaxReconnect(made, -1), "cannot set NATS up");
    need(natsOptions_SetReconnectWait(made, reconnect_wait_ms), "cannot set NATS up");
    if (tls || settings_.ca)
        need(natsOptions_SetSecure(made, true), "NATS without TLS");
    if (settings_.ca)
        need(
            natsOptions_LoadCATrustedCertificates(made, settings_.ca->c_str()),
            "cannot read the CA file " + *settings_.ca
        );
    if (settings_.credentials)
        need(
            natsOptions_SetUserCredentialsFromFiles(made, settings_.credentials->c_str(), nullptr),
            "cannot use the credentials " + *settings_.credentials
        );
}

nats_publisher::~nats_publisher() = default;

// Connects where that was not done; later libnats does it by itself.
std::string nats_publisher::connect()
{
    if (!connection_) {
        natsConnection* made = nullptr;
        const natsStatus s = natsConnection_Connect(&made, options_.get());
        if (s != NATS_OK)
            return "cannot connect: " + std::string{natsStatus_GetText(s)};
        connection_.reset(made);
        jsOptions o;
        jsOptions_Init(&o);
        o.PublishAsync.AckHandler = answered;
        o.PublishAsync.AckHandlerClosure = &answers_;
        jsCtx* stream = nullptr;
        const natsStatus made_stream = natsConnection_JetStream(&stream, made, &o);
        if (made_stream != NATS_OK) {
            connection_.reset();
            return "cannot use JetStream: " + std::string{natsStatus_GetText(made_stream)};
        }
        stream_.reset(stream);
    }
    switch (natsConnection_Status(connection_.get())) {
        case NATS_CONN_STATUS_CONNECTED: return "";
        case NATS_CONN_STATUS_CLOSED:
            stream_.reset();
            connection_.reset();
            return "the connection was closed";
        default: return "not connected";
    }
}

natsStatus nats_publisher::send(const event& e, const std::string& id)
{
    line_.clear();
    append_line(line_, e);
    line_.pop_back();  // The newline.
    natsMsg* message = nullptr;
    const std::string subject = subject_.of(e);
    natsStatus s = natsMsg_Create(
        &message, subject.c_str(), nullptr, line_.data(), static_cast<int>(line_.size())
    );
    if (s != NATS_OK)
        return s;
    jsPubOptions o;
    jsPubOptions_Init(&o);
    o.MsgId = id.c_str();
    s = js_PublishMsgAsync(stream_.get(), &message, &o);
    natsMsg_Destroy(message);  // Null where libnats has taken it.
    return s;
}

void nats_publisher::answered(jsCtx*, natsMsg* message, jsPubAck* good, jsPubAckErr* bad, void* of)
{
    std::string why;
    if (!good)
        why = bad && bad->Err == NATS_NO_RESPONDERS  ? "no stream takes the subject"
              : bad && bad->ErrText && *bad->ErrText ? bad->ErrText
              : bad                                  ? natsStatus_GetText(bad->Err)
                                                     : "not acknowledged";
    auto& all = *static_cast<answers*>(of);
    const char* id = nullptr;
    if (natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK && id) {
        const std::lock_guard lock{all.mutex};
        all.of.emplace(id, std::move(why));
        all.arrived.notify_one();
    }
    natsMsg_Destroy(message);
}

void nats_publisher::await_answers(std::size_t count)
{
    const auto limit = std::chrono::steady_clock::now() + settings_.timeout;
    {
        std::unique_lock lock{answers_.mutex};
        while (answers_.of.size() < count && !cancelled_ && std::chrono::steady_clock::now() < limit
        )
            answers_.arrived.wait_for(lock, look_up);
        if (answers_.of.size() >= count)
            return;
    }
    // Answers that come late are those of nobody.
    natsMsgList left{};
    if (js_PublishAsyncGetPendingList(&left, stream_.get()) == NATS_OK)
        natsMsgList_Destroy(&left);
}

nats_publisher::outcome nats_publisher::publish(std::span<const event* const> batch)
{
    outcome out;
    out.failure = cancelled_ ? "stopping" : connect();
    if (!out.failure.empty())
        return out;
    {
        const std::lock_guard lock{answers_.mutex};
        answers_.of.clear();
    }
    std::vector<std::string> ids;
    natsStatus s = NATS_OK;
    for (const event* e : batch) {
        std::string id = event_id_text(e->id);
        s = send(*e, id);
        if (s != NATS_OK)
            break;
        ids.push_back(std::move(id));
    }
    await_answers(ids.size());
    const std::lock_guard lock{answers_.mutex};
    for (; out.taken < ids.size(); ++out.taken) {
        const auto told = answers_.of.find(ids[out.taken]);
        if (told != answers_.of.end() && told->second.empty())
            continue;
        out.failure = told == answers_.of.end() ? "no acknowledgement in time" : told->second;
        return out;
    }
    if (s != NATS_OK) {
        out.failure = natsStatus_GetText(s);
        out.never = s == NATS_MAX_PAYLOAD;
    }
    return out;
}

}  // namespace webhookd
