// SPDX-License-Identifier: LGPL-2.1-or-later
#include "redis/connection.h"

#include "redis/link.h"
#include "redis/timer.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace ooto::redis
{

namespace
{

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/** From the name to the first command: name look-up, each address, TLS, AUTH, SELECT. */
constexpr milliseconds longestConnect{2000};
/** Short, since others count on hearing of this machine soon after the server is back. */
constexpr milliseconds firstPause{100};
constexpr milliseconds longestPause{2000};
/** Only people can help. */
constexpr milliseconds pauseWhenRefused{10000};
constexpr std::size_t mostAddresses = 8;

bool isKind(const std::string &error, const char *kind)
{
    return error.starts_with(kind);
}

/** A refusal that is the same until somebody changes something. */
bool needsPeople(const std::string &error)
{
    return isKind(error, "WRONGPASS") || isKind(error, "NOAUTH") || isKind(error, "NOPERM") ||
           error.find("invalid password") != std::string::npos ||
           error.find("invalid username") != std::string::npos;
}

std::string refusalText(const std::string &error)
{
    if (isKind(error, "NOAUTH"))
        return "it wants a password: set it in `credentials-file`, group [shared-state], or "
               "OOTO_SHARED_STATE_PASSWORD";
    if (isKind(error, "WRONGPASS") || error.find("invalid password") != std::string::npos ||
        error.find("invalid username") != std::string::npos)
        return "it refuses the password, or its user";
    return "it says: " + system::plainText(error);
}

} // namespace

Script::Script(std::string text) : text_(std::move(text))
{
    const system::CharsHandle sha(g_compute_checksum_for_string(G_CHECKSUM_SHA1, text_.data(),
                                                                static_cast<gssize>(text_.size())));
    sha_ = sha.get();
}

struct Connection::State : std::enable_shared_from_this<Connection::State> {
    struct Pending {
        ReplyHandler onReply;
        Clock::time_point until;
    };

    State(ConnectionSettings given, Handlers told)
        : settings(std::move(given)),
          handlers(std::move(told)),
          pauseTimer([this] { begin(); }),
          connectTimer([this] { lose("it does not answer"); }),
          answerTimer([this] { lookAtAnswers(); })
    {
    }
    ~State() { stopLookUp(); }

    void begin();
    void stopLookUp();
    void noteAddresses(GList *found, const std::string &problem);
    void connectNext();
    void greet();
    void enter();
    void noteReply(Link::Token token, const Reply &reply);
    void lookAtAnswers();
    void lose(const std::string &why, std::optional<milliseconds> pauseFor = std::nullopt);
    bool send(const std::vector<std::string> &words, milliseconds patience, ReplyHandler onReply);
    static void onLookUp(GObject *resolver, GAsyncResult *result, gpointer data);

    const ConnectionSettings settings;
    const Handlers handlers;
    bool ready = false;
    bool closed = false; ///< no handler may be called any more
    milliseconds pause = firstPause;
    std::deque<std::string> addresses; ///< not tried yet
    std::string problem;               ///< of the last one
    system::ObjectHandle<GCancellable> lookUp;
    std::unique_ptr<Link> link;
    Link::Token lastToken = 0;
    std::map<Link::Token, Pending> pending; ///< in the order of their ends
    Timer pauseTimer;
    Timer connectTimer;
    Timer answerTimer;
};

void Connection::State::begin()
{
    connectTimer.setIn(longestConnect);
    stopLookUp();
    lookUp.reset(g_cancellable_new());
    const system::ObjectHandle<GResolver> resolver(g_resolver_get_default());
    g_resolver_lookup_by_name_async(resolver.get(), settings.host.c_str(), lookUp.get(), onLookUp,
                                    new std::weak_ptr<State>(weak_from_this()));
}

void Connection::State::stopLookUp()
{
    if (lookUp)
        g_cancellable_cancel(lookUp.get());
    lookUp.reset();
}

void Connection::State::onLookUp(GObject *resolver, GAsyncResult *result, gpointer data)
{
    const std::unique_ptr<std::weak_ptr<State>> owner(static_cast<std::weak_ptr<State> *>(data));
    system::ErrorHandle error;
    GList *found =
        g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, system::ErrorOut(error));
    const auto state = owner->lock();
    const bool stopped = error && g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED);
    if (state && !stopped)
        state->noteAddresses(found, error ? system::plainText(error->message) : std::string());
    g_resolver_free_addresses(found);
}

void Connection::State::noteAddresses(GList *found, const std::string &trouble)
{
    lookUp.reset();
    problem = trouble.empty() ? "its name has no address" : trouble;
    addresses.clear();
    for (const GList *one = found; one && addresses.size() < mostAddresses; one = one->next) {
        const system::CharsHandle text(g_inet_address_to_string(G_INET_ADDRESS(one->data)));
        addresses.emplace_back(text.get());
    }
    connectNext();
}

void Connection::State::connectNext()
{
    link.reset();
    while (!link && !addresses.empty()) {
        const std::string address = std::move(addresses.front());
        addresses.pop_front();
        Link::Handlers onLink;
        onLink.onConnected = [this] { greet(); };
        onLink.onReply = [this](Link::Token token, const Reply &reply) { noteReply(token, reply); };
        onLink.onEnd = [this](const std::string &why) {
            problem = why;
            if (ready || addresses.empty())
                lose(why);
            else
                connectNext();
        };
        link = Link::connect(address, settings, std::move(onLink), problem);
    }
    if (!link)
        lose(problem);
}

/** Says who comes, and to which database. */
void Connection::State::greet()
{
    addresses.clear();
    const auto expectOk = [this](const Reply *reply) {
        if (reply && reply->kind == Reply::Kind::Error)
            lose(refusalText(reply->text),
                 needsPeople(reply->text) ? std::optional(pauseWhenRefused) : std::nullopt);
        return reply && reply->kind != Reply::Kind::Error;
    };
    if (!settings.password.empty()) {
        const char *const password = settings.password.reveal();
        std::vector<std::string> words =
            settings.userId.empty() ? std::vector<std::string>{"AUTH", password}
                                    : std::vector<std::string>{"AUTH", settings.userId, password};
        send(words, longestConnect, expectOk);
        explicit_bzero(words.back().data(), words.back().size());
    }
    // Also without a password: PING tells whether one is wanted.
    send({"PING"}, longestConnect, [this, expectOk](const Reply *reply) {
        if (expectOk(reply) && settings.database == 0)
            enter();
    });
    if (settings.database != 0)
        send({"SELECT", std::to_string(settings.database)}, longestConnect,
             [this, expectOk](const Reply *reply) {
                 if (expectOk(reply))
                     enter();
             });
}

void Connection::State::enter()
{
    connectTimer.stop();
    ready = true;
    const auto onReady = handlers.onReady;
    onReady();
}

void Connection::State::noteReply(Link::Token token, const Reply &reply)
{
    const auto found = pending.find(token);
    if (found == pending.end())
        return;
    const auto onReply = std::move(found->second.onReply);
    pending.erase(found);
    if (ready && reply.kind != Reply::Kind::Error)
        pause = firstPause;
    onReply(&reply);
}

void Connection::State::lookAtAnswers()
{
    const auto now = Clock::now();
    for (const auto &[token, one] : pending) {
        if (one.until > now) {
            answerTimer.setIn(std::chrono::ceil<milliseconds>(one.until - now));
            return;
        }
        if (ready) {
            lose("it takes longer than " + std::to_string(longestAnswer.count()) + " ms to answer");
            return;
        }
    }
}

void Connection::State::lose(const std::string &why, std::optional<milliseconds> pauseFor)
{
    const auto self = shared_from_this(); // a handler may end it
    stopLookUp();
    connectTimer.stop();
    answerTimer.stop();
    addresses.clear();
    ready = false;
    link.reset();
    pauseTimer.setIn(pauseFor.value_or(pause));
    pause = std::min(2 * pause, longestPause);
    const auto unanswered = std::exchange(pending, {});
    for (const auto &[token, one] : unanswered) {
        if (!closed)
            one.onReply(nullptr);
    }
    if (!closed)
        handlers.onLost(why);
}

bool Connection::State::send(const std::vector<std::string> &words, milliseconds patience,
                             ReplyHandler onReply)
{
    if (!link || !link->send(++lastToken, words))
        return false;
    pending[lastToken] = {std::move(onReply), Clock::now() + patience};
    answerTimer.setWithin(patience);
    return true;
}

Connection::Connection(ConnectionSettings settings, Handlers handlers)
    : state_(std::make_shared<State>(std::move(settings), std::move(handlers)))
{
}

Connection::~Connection()
{
    state_->closed = true;
    state_->pending.clear();
    state_->stopLookUp();
    state_->pauseTimer.stop();
    state_->connectTimer.stop();
    state_->answerTimer.stop();
    state_->link.reset();
}

void Connection::open()
{
    state_->begin();
}

bool Connection::isReady() const
{
    return state_->ready;
}

bool Connection::command(const std::vector<std::string> &words, ReplyHandler onReply)
{
    return state_->ready && state_->send(words, longestAnswer, std::move(onReply));
}

bool Connection::run(const Script &script, const std::vector<std::string> &keys,
                     const std::vector<std::string> &arguments, ReplyHandler onReply)
{
    std::vector<std::string> words = {"EVALSHA", script.sha(), std::to_string(keys.size())};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), arguments.begin(), arguments.end());
    const auto state = std::weak_ptr(state_);
    return command(words, [state, words, text = script.text(),
                           onReply = std::move(onReply)](const Reply *reply) mutable {
        const auto self = state.lock();
        if (self && reply && reply->kind == Reply::Kind::Error && isKind(reply->text, "NOSCRIPT")) {
            words[0] = "EVAL";
            words[1] = text;
            if (self->send(words, longestAnswer, onReply))
                return;
            reply = nullptr;
        }
        onReply(reply);
    });
}

void Connection::giveUp(const std::string &why)
{
    state_->lose(why);
}

void Connection::flush()
{
    if (state_->link)
        state_->link->flush();
}

bool isBuiltIn()
{
    return true;
}

} // namespace ooto::redis
