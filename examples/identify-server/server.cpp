// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"
#include "core/guarded.h"
#include "glib_handles.h"
#include "photo_file.h"
#include "raw_reply.h"
#include "request_log.h"

#include <condition_variable>
#include <future>
#include <list>
#include <thread>

namespace ooto::server
{
namespace
{

constexpr goffset largestBody = 16 << 20; ///< bytes; more is answered by 413
constexpr const char *tooLargeMark = "ooto-too-large";

/** Reads too large a body on, or the client would see a reset and no answer, but keeps none. */
void forgetBody(SoupServerMessage *message)
{
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    soup_message_body_set_accumulate(body, FALSE);
    soup_message_body_truncate(body);
    g_object_set_data(G_OBJECT(message), tooLargeMark, GINT_TO_POINTER(1));
}

std::string unescaped(const std::string &text)
{
    const CharsPtr decoded(g_uri_unescape_string(text.c_str(), nullptr));
    return decoded ? decoded.get() : text;
}

std::vector<std::pair<std::string, std::string>> parseQuery(const std::string &query)
{
    std::vector<std::pair<std::string, std::string>> flags;
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string item = query.substr(at, end - at);
        const std::size_t equals = std::min(item.find('='), item.size());
        if (!item.empty())
            flags.emplace_back(unescaped(item.substr(0, equals)),
                               equals < item.size() ? unescaped(item.substr(equals + 1))
                                                    : std::string());
        at = end + 1;
    }
    return flags;
}

std::string valueOf(SoupMessageHeaders *headers, const char *name)
{
    const char *value = soup_message_headers_get_one(headers, name);
    return value ? value : "";
}

Part readPart(SoupMultipart *multipart, int index)
{
    Part part;
    SoupMessageHeaders *headers = nullptr;
    GBytes *body = nullptr;
    if (!soup_multipart_get_part(multipart, index, &headers, &body))
        return part;
    part.contentDisposition = valueOf(headers, "Content-Disposition");
    part.contentType = valueOf(headers, "Content-Type");
    GHashTable *parameters = nullptr;
    if (char *kind = nullptr;
        soup_message_headers_get_content_disposition(headers, &kind, &parameters)) {
        g_free(kind);
        if (const auto *name = static_cast<char *>(g_hash_table_lookup(parameters, "name")))
            part.name = name;
        if (const auto *file = static_cast<char *>(g_hash_table_lookup(parameters, "filename")))
            part.fileName = file;
        g_hash_table_unref(parameters);
    }
    gsize size = 0;
    const auto *data = static_cast<const std::uint8_t *>(g_bytes_get_data(body, &size));
    part.bytes.assign(data, data + size);
    return part;
}

void readBody(SoupServerMessage *message, ReceivedRequest &request)
{
    const BytesPtr body(soup_message_body_flatten(soup_server_message_get_request_body(message)));
    const MultipartPtr multipart(soup_multipart_new_from_message(
        soup_server_message_get_request_headers(message), body.get()));
    if (!multipart) {
        gsize size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(body.get(), &size));
        request.body.assign(data, data + size);
        return;
    }
    request.multipart = true;
    for (int i = 0; i < soup_multipart_get_length(multipart.get()); ++i)
        request.parts.push_back(readPart(multipart.get(), i));
    if (const Part *photo = request.part("photo")) {
        const PhotoFile file = readPhotoFile(photo->bytes);
        request.photoWidth = file.width;
        request.photoHeight = file.height;
    }
}

std::uint16_t remotePort(SoupServerMessage *message)
{
    GSocketAddress *address = soup_server_message_get_remote_address(message);
    return address && G_IS_INET_SOCKET_ADDRESS(address)
               ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address))
               : 0;
}

} // namespace

/** What the server's thread and its callers both see. */
struct IdentifyServer::Shared {
    struct Settings {
        Trouble trouble;
        unsigned troubled = 0; ///< requests since the trouble was set
        AnswerStyle style;
        Script script;
    };
    core::Guarded<Settings> settings;
    core::Guarded<std::vector<ReceivedRequest>> requests;
    std::condition_variable arrived;
};

/** Everything on the server's thread. */
class IdentifyServer::Worker
{
public:
    Worker(const ServerOptions &options, Shared &shared)
        : options_(options),
          shared_(shared),
          context_(g_main_context_new()),
          loop_(g_main_loop_new(context_.get(), FALSE))
    {
        std::promise<std::string> started;
        std::future<std::string> startError = started.get_future();
        thread_ = std::thread([this, &started] { run(started); });
        startError_ = startError.get();
    }
    ~Worker()
    {
        // From within the loop, since quitting one that does not run yet would be lost.
        const SourcePtr quit(g_idle_source_new());
        g_source_set_callback(
            quit.get(),
            [](gpointer loop) -> gboolean {
                g_main_loop_quit(static_cast<GMainLoop *>(loop));
                return G_SOURCE_REMOVE;
            },
            loop_.get(), nullptr);
        g_source_attach(quit.get(), context_.get());
        thread_.join();
    }

    // Written before the constructor returns, read only from then on.
    const std::string &startError() const { return startError_; }
    const std::string &endpoint() const { return endpoint_; }
    const std::string &detectorName() const { return detectorName_; }
    const std::vector<std::string> &galleryProblems() const { return galleryProblems_; }
    std::uint16_t port() const { return port_; }

private:
    /** An answer that waits for its time. */
    struct Delayed {
        Worker *worker;
        ObjectPtr<SoupServerMessage> message;
        Reply reply;
        Trouble trouble;
        SourcePtr timer;
    };

    void run(std::promise<std::string> &started);
    std::string open();
    std::string listen();
    void onHead(SoupServerMessage *message);
    void onRequest(SoupServerMessage *message, const char *path);
    ReceivedRequest receive(SoupServerMessage *message, const char *path);
    Reply decide(const ReceivedRequest &request, Trouble &trouble);
    void remember(ReceivedRequest request);
    void sendLater(SoupServerMessage *message, Reply reply, const Trouble &trouble);
    void send(SoupServerMessage *message, const Reply &reply, const Trouble &trouble);

    const ServerOptions options_;
    Shared &shared_;
    ContextPtr context_;
    LoopPtr loop_;
    std::string startError_;
    std::string endpoint_;
    std::string detectorName_;
    std::vector<std::string> galleryProblems_;
    std::uint16_t port_ = 0;

    // From here on the thread's own.
    std::uint64_t lastNumber_ = 0;
    std::unique_ptr<IdentifyService> service_;
    RequestLog log_;
    ObjectPtr<SoupServer> server_;
    std::list<Delayed> delayed_;
    std::list<Trickle> trickles_;

    std::thread thread_;
};

void IdentifyServer::Worker::run(std::promise<std::string> &started)
{
    g_main_context_push_thread_default(context_.get());
    const std::string error = open();
    started.set_value(error); // `started` may be gone from here on
    g_main_loop_run(loop_.get());

    delayed_.clear();
    trickles_.clear();
    if (server_)
        soup_server_disconnect(server_.get());
    server_.reset();
    // What libsoup has begun to close ends in the loop.
    while (g_main_context_iteration(context_.get(), FALSE)) {
    }
    service_.reset();
    g_main_context_pop_thread_default(context_.get());
}

std::string IdentifyServer::Worker::open()
{
    std::string error;
    std::unique_ptr<Recogniser> recogniser =
        Recogniser::open(options_.detector, options_.model, error);
    if (!recogniser)
        return error;
    service_ = std::make_unique<IdentifyService>(std::move(recogniser));
    detectorName_ = service_->detectorName();
    if (!options_.galleryFolder.empty())
        galleryProblems_ = service_->openGallery(options_.galleryFolder, options_.galleryWritable);
    if (!options_.enrolFirst.empty()) {
        if (!Gallery::isTemplateId(options_.enrolFirst))
            return "\"" + options_.enrolFirst + "\" cannot be a template id";
        service_->enrolFirstAs(options_.enrolFirst);
    }
    if (error = log_.open(options_.logFile, options_.photoFolder); !error.empty())
        return error;
    return listen();
}

std::string IdentifyServer::Worker::listen()
{
    server_.reset(soup_server_new(nullptr, nullptr));
    soup_server_add_early_handler(
        server_.get(), nullptr,
        [](SoupServer *, SoupServerMessage *message, const char *, GHashTable *, gpointer self) {
            static_cast<Worker *>(self)->onHead(message);
        },
        this, nullptr);
    soup_server_add_handler(
        server_.get(), nullptr,
        [](SoupServer *, SoupServerMessage *message, const char *path, GHashTable *,
           gpointer self) { static_cast<Worker *>(self)->onRequest(message, path); },
        this, nullptr);

    const std::string host = options_.host == "localhost" ? "127.0.0.1" : options_.host;
    const ObjectPtr<GSocketAddress> address(
        g_inet_socket_address_new_from_string(host.c_str(), options_.port));
    if (!address)
        return "\"" + options_.host + "\" is no address to listen on";
    GError *failed = nullptr;
    if (!soup_server_listen(server_.get(), address.get(), static_cast<SoupServerListenOptions>(0),
                            &failed)) {
        const ErrorPtr error(failed);
        return "cannot listen on " + host + ":" + std::to_string(options_.port) + ": " +
               error->message;
    }
    GSList *uris = soup_server_get_uris(server_.get());
    port_ = static_cast<std::uint16_t>(g_uri_get_port(static_cast<GUri *>(uris->data)));
    g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
    const bool v6 = host.find(':') != std::string::npos;
    endpoint_ =
        "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port_) + identifyPath;
    return {};
}

void IdentifyServer::Worker::onHead(SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
        soup_message_headers_get_content_length(headers) > largestBody) {
        forgetBody(message);
        return;
    }
    using GotChunk = void (*)(SoupServerMessage *, GBytes *, gpointer);
    const GotChunk grow = [](SoupServerMessage *growing, GBytes *, gpointer) {
        if (soup_server_message_get_request_body(growing)->length > largestBody)
            forgetBody(growing);
    };
    g_signal_connect(message, "got-chunk", G_CALLBACK(grow), nullptr);
}

ReceivedRequest IdentifyServer::Worker::receive(SoupServerMessage *message, const char *path)
{
    ReceivedRequest request;
    request.number = ++lastNumber_;
    request.arrived = std::chrono::system_clock::now();
    request.arrivedSteady = std::chrono::steady_clock::now();
    request.remotePort = remotePort(message);
    request.method = soup_server_message_get_method(message);
    request.path = path ? path : "";
    const char *query = g_uri_get_query(soup_server_message_get_uri(message));
    request.query = query ? query : "";
    request.flags = parseQuery(request.query);

    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    SoupMessageHeadersIter each;
    soup_message_headers_iter_init(&each, headers);
    for (const char *name = nullptr, *value = nullptr;
         soup_message_headers_iter_next(&each, &name, &value);)
        request.header.emplace_back(name, g_ascii_strcasecmp(name, "APP-KEY") ? value : "");
    request.appIdRight = valueOf(headers, "APP-ID") == options_.appId;
    request.appKeyRight = valueOf(headers, "APP-KEY") == options_.appKey;

    request.tooLarge = g_object_get_data(G_OBJECT(message), tooLargeMark) != nullptr;
    if (!request.tooLarge)
        readBody(message, request);
    return request;
}

void IdentifyServer::Worker::onRequest(SoupServerMessage *message, const char *path)
{
    ReceivedRequest request = receive(message, path);
    Trouble trouble;
    Reply reply = decide(request, trouble);
    request.status = trouble.drop ? 0 : reply.status;
    request.code = trouble.drop ? 0 : reply.code;
    remember(std::move(request));
    if (trouble.delay.count() > 0)
        sendLater(message, std::move(reply), trouble);
    else
        send(message, reply, trouble);
}

Reply IdentifyServer::Worker::decide(const ReceivedRequest &request, Trouble &trouble)
{
    Script script;
    AnswerStyle style;
    {
        auto settings = shared_.settings.lock();
        script = settings->script;
        style = settings->style;
    }
    if (script)
        if (std::optional<Reply> scripted = script(request))
            return *scripted;

    if (request.method == "POST" && request.path == identifyPath) {
        auto settings = shared_.settings.lock();
        const std::optional<unsigned> onlyFirst = settings->trouble.onlyFirst;
        if (!onlyFirst || settings->troubled++ < *onlyFirst)
            trouble = settings->trouble;
    }
    Reply reply = trouble.status && *trouble.status != 200
                      ? refusal(*trouble.status, static_cast<int>(*trouble.status),
                                soup_status_get_phrase(*trouble.status))
                      : service_->answer(request, style);
    if (trouble.status && *trouble.status / 100 == 3)
        reply.header.emplace_back("Location", endpoint_ + "/elsewhere");
    if (trouble.retryAfter)
        reply.header.emplace_back("Retry-After", *trouble.retryAfter);
    reply.body = troubledBody(trouble.body, reply.body);
    if (trouble.body == BodyTrouble::Html)
        reply.contentType = "text/html";
    return reply;
}

void IdentifyServer::Worker::remember(ReceivedRequest request)
{
    log_.write(request);
    shared_.requests.lock()->push_back(std::move(request));
    shared_.arrived.notify_all();
}

void IdentifyServer::Worker::sendLater(SoupServerMessage *message, Reply reply,
                                       const Trouble &trouble)
{
    soup_server_message_pause(message);
    Delayed &delayed = delayed_.emplace_back(
        Delayed{this, share(message), std::move(reply), trouble,
                SourcePtr(g_timeout_source_new(static_cast<guint>(trouble.delay.count())))});
    g_source_set_callback(
        delayed.timer.get(),
        [](gpointer data) -> gboolean {
            auto *due = static_cast<Delayed *>(data);
            Worker *worker = due->worker;
            soup_server_message_unpause(due->message.get());
            worker->send(due->message.get(), due->reply, due->trouble);
            worker->delayed_.remove_if([due](const Delayed &each) { return &each == due; });
            return G_SOURCE_REMOVE;
        },
        &delayed, nullptr);
    g_source_attach(delayed.timer.get(), context_.get());
}

void IdentifyServer::Worker::send(SoupServerMessage *message, const Reply &reply,
                                  const Trouble &trouble)
{
    if (trouble.drop) {
        RawConnection(message).reset();
        return;
    }
    if (trouble.trickle || trouble.body == BodyTrouble::Truncated) {
        RawConnection connection(message);
        connection.write(responseHead(reply.status, reply.contentType, reply.body.size()));
        trickles_.remove_if([](const Trickle &each) { return each.finished(); });
        if (trouble.trickle)
            trickles_.emplace_back(std::move(connection), reply.body, trouble.trickleInterval,
                                   context_.get());
        else
            connection.write(reply.body.substr(0, reply.body.size() / 2));
        return;
    }
    soup_server_message_set_status(message, reply.status, nullptr);
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    for (const auto &[name, value] : reply.header)
        soup_message_headers_append(headers, name.c_str(), value.c_str());
    soup_server_message_set_response(message, reply.contentType.c_str(), SOUP_MEMORY_COPY,
                                     reply.body.data(), reply.body.size());
}

IdentifyServer::IdentifyServer() : shared_(std::make_unique<Shared>()) {}

IdentifyServer::~IdentifyServer() = default;

std::unique_ptr<IdentifyServer> IdentifyServer::start(const ServerOptions &options,
                                                      std::string &error)
{
    std::unique_ptr<IdentifyServer> server(new IdentifyServer);
    server->setTrouble(options.trouble);
    server->setStyle(options.style);
    server->worker_ = std::make_unique<Worker>(options, *server->shared_);
    error = server->worker_->startError();
    return error.empty() ? std::move(server) : nullptr;
}

std::uint16_t IdentifyServer::port() const
{
    return worker_->port();
}

std::string IdentifyServer::endpoint() const
{
    return worker_->endpoint();
}

std::string IdentifyServer::detectorName() const
{
    return worker_->detectorName();
}

std::vector<std::string> IdentifyServer::galleryProblems() const
{
    return worker_->galleryProblems();
}

void IdentifyServer::setTrouble(const Trouble &trouble)
{
    auto settings = shared_->settings.lock();
    settings->trouble = trouble;
    settings->troubled = 0;
}

void IdentifyServer::setStyle(const AnswerStyle &style)
{
    shared_->settings.lock()->style = style;
}

void IdentifyServer::setScript(Script script)
{
    shared_->settings.lock()->script = std::move(script);
}

std::vector<ReceivedRequest> IdentifyServer::requests() const
{
    return *shared_->requests.lock();
}

bool IdentifyServer::waitForRequests(std::size_t count, std::chrono::milliseconds longest) const
{
    auto requests = shared_->requests.lock();
    return shared_->arrived.wait_for(requests.waitable(), longest,
                                     [&] { return requests->size() >= count; });
}

std::vector<std::string> IdentifyServer::violations() const
{
    std::vector<std::string> all;
    for (const ReceivedRequest &request : requests())
        if (request.method == "POST" && (request.path == identifyPath || request.path == addPath))
            for (const std::string &violation : violationsOf(request))
                all.push_back("request " + std::to_string(request.number) + ": " + violation);
    return all;
}

} // namespace ooto::server
