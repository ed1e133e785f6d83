// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/http_target.h"

#include "http/client_certificate.h"
#include "http/http_uri.h"
#include "http/session.h"
#include "publish/http_message.h"
#include "publish/http_uri_check.h"
#include "publish/http_verdict.h"

#include <algorithm>

namespace ooto::publish
{

namespace
{

constexpr Window webhookWindow{.all = 4, .perCamera = 1};
/** For a session with nothing under way. */
constexpr std::chrono::milliseconds closePatience{100};

/** The connections to one server. */
struct Link {
    explicit Link(http::HttpSettings settings) : session(std::move(settings)) {}

    std::string origin;
    http::Session session;
    unsigned underWay = 0;
};

http::HttpSettings sessionSettings(const HttpTargetSettings &settings, const std::string &origin)
{
    http::HttpSettings http;
    http.endpoint = origin;
    http.sslStrict = settings.sslStrict;
    http.sslCaFile = settings.sslCaFile;
    http.userAgent = settings.userAgent;
    http.sslCertFile = settings.sslCertFile;
    http.sslKeyFile = settings.sslKeyFile;
    return http;
}

/** What may be read back out of a request. */
std::vector<system::Secret> secretsOf(const Credentials &credentials)
{
    std::vector<system::Secret> secrets = credentials.secrets;
    secrets.push_back(credentials.token);
    secrets.push_back(credentials.password);
    return secrets;
}

/** Held by what is posted, weakly: a target that has gone is told nothing. */
class Sender : public std::enable_shared_from_this<Sender>
{
public:
    Sender(HttpTargetSettings settings, http::NetworkThread &thread,
           std::function<Credentials()> credentials);

    void open(Target::Handlers handlers);
    void send(const Outgoing &outgoing);
    void close(std::chrono::milliseconds longest);

private:
    void loadFiles();
    std::string addressFor(const Credentials &credentials, Verdict &trouble) const;
    Link &linkTo(const std::string &uri);
    void transmit(std::int64_t id, http::Request request, HttpAttempt attempt);
    void answerLater(std::int64_t id, Verdict verdict, std::weak_ptr<Link> link = {});
    void answer(std::int64_t id, const Verdict &verdict);
    void closeUnused();

    const HttpTargetSettings settings_;
    http::NetworkThread &thread_;
    const std::function<Credentials()> credentials_;
    Target::Handlers handlers_;
    std::string fileProblem_; ///< for people; empty: none
    http::TlsDatabaseHandle trustedCas_;
    http::TlsCertificateHandle clientCertificate_;
    std::vector<std::shared_ptr<Link>> links_; ///< the last one is in use, others are to go
    bool closed_ = false;
};

Sender::Sender(HttpTargetSettings settings, http::NetworkThread &thread,
               std::function<Credentials()> credentials)
    : settings_(std::move(settings)), thread_(thread), credentials_(std::move(credentials))
{
    loadFiles();
}

void Sender::loadFiles()
{
    const http::HttpSettings session = sessionSettings(settings_, settings_.uri);
    trustedCas_ = http::loadTrustedCas(session, fileProblem_);
    if (fileProblem_.empty())
        clientCertificate_ = http::loadClientCertificate(session, fileProblem_);
}

void Sender::open(Target::Handlers handlers)
{
    handlers_ = std::move(handlers);
}

/** Where events go, now; empty, and a verdict, when that may not be used. */
std::string Sender::addressFor(const Credentials &credentials, Verdict &trouble) const
{
    if (credentials.uri.empty() && !settings_.uri.empty())
        return settings_.uri;
    const std::string problem = checkHttpUri(credentials.uri, settings_.allowHttp);
    if (problem.empty())
        return credentials.uri;
    trouble = {.kind = Verdict::Kind::Unauthorized, .text = problem};
    return {};
}

void Sender::send(const Outgoing &outgoing)
{
    if (closed_)
        return;
    const Credentials credentials = credentials_ ? credentials_() : Credentials();
    Verdict trouble{.kind = Verdict::Kind::Again, .text = fileProblem_, .connectionFailed = true};
    const std::string uri = fileProblem_.empty() ? addressFor(credentials, trouble) : "";
    if (uri.empty()) {
        answerLater(outgoing.id, std::move(trouble));
        return;
    }
    auto request =
        makeHttpMessage(settings_, uri, credentials, outgoing, std::chrono::system_clock::now());
    if (!request) {
        answerLater(outgoing.id, request.error());
        return;
    }
    transmit(outgoing.id, std::move(*request),
             {.uri = uri,
              .expectedAnswer = outgoing.expectedAnswer,
              .timeout = settings_.timeout,
              .route = nullptr,
              .secrets = secretsOf(credentials)});
}

Link &Sender::linkTo(const std::string &uri)
{
    const std::string origin = originOf(uri);
    if (!links_.empty() && links_.back()->origin == origin)
        return *links_.back();
    const http::HttpSettings session = sessionSettings(settings_, origin);
    // The uri of the credentials may want what that of the settings did not.
    if (!trustedCas_)
        trustedCas_ = http::loadTrustedCas(session, fileProblem_);
    auto link = std::make_shared<Link>(session);
    link->origin = origin;
    link->session.open(trustedCas_.get(), clientCertificate_.get());
    links_.push_back(std::move(link));
    return *links_.back();
}

void Sender::transmit(std::int64_t id, http::Request request, HttpAttempt attempt)
{
    Link &link = linkTo(attempt.uri);
    attempt.route = link.session.route();
    ++link.underWay;
    const auto exchange = link.session.make(
        std::move(request),
        {.onDone =
             [self = weak_from_this(), weak = std::weak_ptr(links_.back()), id,
              attempt = std::move(attempt)](const http::Result &result) {
                 if (const auto sender = self.lock())
                     sender->answerLater(
                         id, judgeHttp(attempt, result, std::chrono::system_clock::now()), weak);
             },
         .admitRestart = nullptr});
    link.session.start(*exchange);
}

/** Not out of send(), and not out of libsoup either: the handler may do as it likes. */
void Sender::answerLater(std::int64_t id, Verdict verdict, std::weak_ptr<Link> link)
{
    thread_.post(
        [self = weak_from_this(), id, verdict = std::move(verdict), weak = std::move(link)] {
            const auto sender = self.lock();
            if (!sender || sender->closed_)
                return;
            if (const auto used = weak.lock())
                --used->underWay;
            sender->closeUnused();
            sender->answer(id, verdict);
        });
}

void Sender::answer(std::int64_t id, const Verdict &verdict)
{
    // A copy, since it may be what closes the target.
    if (const auto onDone = handlers_.onDone)
        onDone(id, verdict);
}

/** Connections to where events went before the credentials changed. */
void Sender::closeUnused()
{
    std::vector<std::shared_ptr<Link>> unused;
    for (std::size_t i = 0; i + 1 < links_.size(); ++i) {
        if (links_[i]->underWay == 0)
            unused.push_back(links_[i]);
    }
    std::erase_if(links_, [&unused](const auto &link) {
        return std::find(unused.begin(), unused.end(), link) != unused.end();
    });
    for (const auto &link : unused)
        link->session.close(closePatience);
}

void Sender::close(std::chrono::milliseconds longest)
{
    if (std::exchange(closed_, true))
        return;
    handlers_ = {};
    const auto end = std::chrono::steady_clock::now() + longest;
    for (const auto &link : std::exchange(links_, {})) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        link->session.close(std::max(left, std::chrono::milliseconds{0}));
    }
}

class HttpTarget final : public Target
{
public:
    explicit HttpTarget(std::shared_ptr<Sender> sender) : sender_(std::move(sender)) {}
    ~HttpTarget() override { sender_->close(closePatience); }

    Window window() const override { return webhookWindow; }
    void open(Handlers handlers) override { sender_->open(std::move(handlers)); }
    void send(Outgoing outgoing) override { sender_->send(outgoing); }
    void close(std::chrono::milliseconds longest) override { sender_->close(longest); }

private:
    const std::shared_ptr<Sender> sender_;
};

} // namespace

std::string checkHttpTarget(const HttpTargetSettings &settings)
{
    const http::HttpSettings session = sessionSettings(settings, settings.uri);
    std::string error;
    if (!settings.sslCaFile.empty())
        http::loadTrustedCas(session, error);
    if (error.empty())
        error = http::checkClientCertificate(session);
    return error.empty() ? checkExtraHeaders(settings) : error;
}

std::unique_ptr<Target> makeHttpTarget(HttpTargetSettings settings, http::NetworkThread &thread,
                                       std::function<Credentials()> credentials)
{
    return std::make_unique<HttpTarget>(
        std::make_shared<Sender>(std::move(settings), thread, std::move(credentials)));
}

} // namespace ooto::publish
