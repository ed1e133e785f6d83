// SPDX-License-Identifier: LGPL-2.1-or-later
#include "redis/link.h"

#include "redis/tls.h"
#include "system/plain_text.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <pthread.h>

#include <csignal>
#include <cstdint>
#include <utility>

namespace ooto::redis
{

namespace
{

/** A list of lists of lists is none of ours. */
constexpr int deepest = 4;

Reply replyOf(const redisReply &from, int depth = 0)
{
    Reply reply;
    switch (from.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        reply.kind = Reply::Kind::Text;
        reply.text.assign(from.str, static_cast<std::size_t>(from.len));
        break;
    case REDIS_REPLY_ERROR:
        reply.kind = Reply::Kind::Error;
        reply.text.assign(from.str, static_cast<std::size_t>(from.len));
        break;
    case REDIS_REPLY_INTEGER:
        reply.kind = Reply::Kind::Number;
        reply.number = from.integer;
        break;
    case REDIS_REPLY_ARRAY:
        reply.kind = Reply::Kind::List;
        for (std::size_t i = 0; depth < deepest && i < from.elements; ++i)
            reply.items.push_back(replyOf(*from.element[i], depth + 1));
        break;
    default:
        break;
    }
    return reply;
}

std::string troubleOf(const redisAsyncContext &context)
{
    std::string text = context.errstr ? system::plainText(context.errstr) : std::string();
    if (text.empty())
        return "the connection ended";
    // What a failure of TLS is called where the system knows of none.
    return text == "Success" ? "TLS failed: check the server's certificate, and `ssl-ca-file`"
                             : text;
}

/** A write to a connection that is gone must not end the process. The thread is ours. */
void blockSigpipe()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

GSourceFuncs watchFunctions = {
    nullptr, nullptr, [](GSource *, GSourceFunc callback, gpointer data) { return callback(data); },
    nullptr, nullptr, nullptr};

} // namespace

/** What hiredis calls. Nothing of ours is called in there: what happened is noted for later. */
struct Link::Callbacks {
    static Link *linkOf(const redisAsyncContext *context)
    {
        return static_cast<Link *>(context->data);
    }
    static void connected(const redisAsyncContext *context, int status)
    {
        Link *link = linkOf(context);
        if (link && status == REDIS_OK)
            link->news_.push_back({.kind = News::Kind::Connected});
        else if (link)
            link->news_.push_back({.kind = News::Kind::Ended, .why = troubleOf(*context)});
    }
    static void disconnected(const redisAsyncContext *context, int)
    {
        if (Link *link = linkOf(context))
            link->news_.push_back({.kind = News::Kind::Ended, .why = troubleOf(*context)});
    }
    static void replied(redisAsyncContext *context, void *reply, void *token)
    {
        Link *link = linkOf(context);
        // Without a reply the connection has ended, which is told once for all.
        if (link && reply)
            link->news_.push_back({.kind = News::Kind::Replied,
                                   .token = reinterpret_cast<std::uintptr_t>(token),
                                   .reply = replyOf(*static_cast<redisReply *>(reply))});
    }
    template<int condition, bool wanted>
    static void want(void *link)
    {
        static_cast<Link *>(link)->want(static_cast<GIOCondition>(condition), wanted);
    }
    static void cleanUp(void *link)
    {
        // The descriptor is closed next.
        static_cast<Link *>(link)->source_.reset();
        static_cast<Link *>(link)->context_ = nullptr;
    }
};

std::unique_ptr<Link> Link::connect(const std::string &address, const ConnectionSettings &settings,
                                    Handlers handlers, std::string &problem)
{
    blockSigpipe();
    redisAsyncContext *context = redisAsyncConnect(address.c_str(), settings.port);
    if (!context) {
        problem = "no memory";
        return nullptr;
    }
    if (context->err) {
        problem = troubleOf(*context);
        redisAsyncFree(context);
        return nullptr;
    }
    std::unique_ptr<Link> link(new Link(context, std::move(handlers)));
    if (settings.tls && !startTls(context->c, settings, problem))
        return nullptr;
    link->watch();
    return link;
}

Link::Link(redisAsyncContext *context, Handlers handlers)
    : handlers_(std::move(handlers)), context_(context)
{
    context->data = this;
    redisAsyncSetDisconnectCallback(context, Callbacks::disconnected);
}

void Link::watch()
{
    source_ = system::SourceHandle(g_source_new(&watchFunctions, sizeof(GSource)));
    tag_ = g_source_add_unix_fd(source_.get(), context_->c.fd, wanted_);
    g_source_set_callback(
        source_.get(),
        [](gpointer data) -> gboolean {
            return static_cast<Link *>(data)->dispatch() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        },
        this, nullptr);
    g_source_attach(source_.get(), g_main_context_get_thread_default());
    context_->ev.data = this;
    context_->ev.addRead = Callbacks::want<G_IO_IN, true>;
    context_->ev.delRead = Callbacks::want<G_IO_IN, false>;
    context_->ev.addWrite = Callbacks::want<G_IO_OUT, true>;
    context_->ev.delWrite = Callbacks::want<G_IO_OUT, false>;
    context_->ev.cleanup = Callbacks::cleanUp;
    // Asks for the first event at once.
    redisAsyncSetConnectCallback(context_, Callbacks::connected);
}

Link::~Link()
{
    if (!context_)
        return;
    context_->data = nullptr;
    context_->ev = {};
    redisAsyncFree(context_);
}

void Link::want(GIOCondition condition, bool wanted)
{
    wanted_ = static_cast<GIOCondition>(wanted ? wanted_ | condition : wanted_ & ~condition);
    if (source_.get())
        g_source_modify_unix_fd(source_.get(), tag_, wanted_);
}

/** @return false where the link is gone, or its connection */
bool Link::dispatch()
{
    const std::weak_ptr<int> alive = life_;
    const auto happened = g_source_query_unix_fd(source_.get(), tag_);
    const bool broken = (happened & (G_IO_ERR | G_IO_HUP)) != 0;
    const bool mayWrite = (wanted_ & G_IO_OUT) != 0 && ((happened & G_IO_OUT) != 0 || broken);
    if (mayWrite)
        redisAsyncHandleWrite(context_);
    if (context_ && ((happened & G_IO_IN) != 0 || (broken && !mayWrite)))
        redisAsyncHandleRead(context_);
    deliver(alive);
    return !alive.expired() && context_;
}

void Link::deliver(const std::weak_ptr<int> &alive)
{
    while (!alive.expired() && !news_.empty()) {
        const News news = std::move(news_.front());
        news_.pop_front();
        // Copies, since they may be what ends this.
        switch (news.kind) {
        case News::Kind::Connected: {
            const auto onConnected = handlers_.onConnected;
            onConnected();
            break;
        }
        case News::Kind::Replied: {
            const auto onReply = handlers_.onReply;
            onReply(news.token, news.reply);
            break;
        }
        case News::Kind::Ended: {
            const auto onEnd = handlers_.onEnd;
            onEnd(news.why);
            return;
        }
        }
    }
}

bool Link::send(Token token, const std::vector<std::string> &words)
{
    if (!context_)
        return false;
    std::vector<const char *> texts;
    std::vector<std::size_t> sizes;
    for (const std::string &word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    // A token is a number of 64 bits at most where pointers have as many; where they have 32, it
    // goes round after four thousand million commands.
    return redisAsyncCommandArgv(context_, Callbacks::replied,
                                 reinterpret_cast<void *>(static_cast<std::uintptr_t>(token)),
                                 static_cast<int>(texts.size()), texts.data(),
                                 sizes.data()) == REDIS_OK;
}

void Link::flush()
{
    if (context_ && (context_->c.flags & REDIS_CONNECTED))
        redisAsyncHandleWrite(context_);
}

} // namespace ooto::redis
