// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"
#include "core/base/guarded.h"
#include "glib_handles.h"
#include "http_request.h"
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
    void onRequest(SoupServerMessage *message, const char *path);
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
        [](SoupServer *, SoupServerMessage *message, const char *, GHashTable *, gpointer) {
            limitBody(message);
        },
        nullptr, nullptr);
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
    const bool tls = !options_.certificateFile.empty();
    if (tls) {
        const ObjectPtr<GTlsCertificate> certificate(
            g_tls_certificate_new_from_file(options_.certificateFile.c_str(), &failed));
        if (!certificate) {
            const ErrorPtr error(failed);
            return "cannot use the certificate " + options_.certificateFile + ": " + error->message;
        }
        soup_server_set_tls_certificate(server_.get(), certificate.get());
    }
    const auto listenOptions =
        static_cast<SoupServerListenOptions>(tls ? SOUP_SERVER_LISTEN_HTTPS : 0);
    if (!soup_server_listen(server_.get(), address.get(), listenOptions, &failed)) {
        const ErrorPtr error(failed);
        return "cannot listen on " + host + ":" + std::to_string(options_.port) + ": " +
               error->message;
    }
    GSList *uris = soup_server_get_uris(server_.get());
    port_ = static_cast<std::uint16_t>(g_uri_get_port(static_cast<GUri *>(uris->data)));
    g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
    const bool v6 = host.find(':') != std::string::npos;
    endpoint_ = std::string(tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" +
                std::to_string(port_) + identifyPath;
    return {};
}

void IdentifyServer::Worker::onRequest(SoupServerMessage *message, const char *path)
{
    ReceivedRequest request = readRequest(message, path, options_.appId, options_.appKey);
    request.number = ++lastNumber_;
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
