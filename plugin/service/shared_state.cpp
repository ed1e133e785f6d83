// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/shared_state.h"

#include "service/budget.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace ooto::service
{

namespace
{

using namespace std::chrono_literals;
using Take = core::SharedBudget::Take;

/** Clocks that are right differ by that much around midnight. */
constexpr std::int64_t clocksDifferS = 2;
constexpr std::chrono::milliseconds untilItIsMidnight{500};
constexpr std::chrono::milliseconds untilTheClockIsSet{5000};
constexpr std::chrono::milliseconds untilItIsConnected{20};
/** Where no permit is asked for meanwhile, which would tell of it, too. */
constexpr std::chrono::milliseconds untilItIsTold{100};

std::string chance()
{
    std::random_device device;
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%08x%08x", static_cast<unsigned>(device()),
                  static_cast<unsigned>(device()));
    return text.data();
}

/** The process's, with a number for each of those that are there at the same time. */
std::string nextRun()
{
    static const auto *const process = new std::string(chance());
    static std::atomic<unsigned> last{0};
    return *process + "-" + std::to_string(++last);
}

/** What an error of a server means for people. */
std::string meaningOf(const std::string &error)
{
    if (error.starts_with("READONLY"))
        return "it is a replica, which cannot be written to";
    return "it says: " + system::plainText(error, 120);
}

std::string nameOf(const std::string &templateId, const system::Secret &key)
{
    const system::CharsHandle name(g_compute_hmac_for_data(
        G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(key.reveal()),
        std::strlen(key.reveal()), reinterpret_cast<const guchar *>(templateId.data()),
        templateId.size()));
    return name.get();
}

std::string clockText(std::int64_t time)
{
    const system::DateHandle date(g_date_time_new_from_unix_utc(time));
    const system::CharsHandle text(date ? g_date_time_format(date.get(), "%Y-%m-%d %H:%M:%S UTC")
                                        : nullptr);
    return text ? text.get() : "?";
}

} // namespace

Today localDay()
{
    Today today;
    today.date = localToday();
    const std::chrono::year_month_day date(today.date);
    const auto midnight = [&date](int daysLater, std::string *zone) {
        std::tm local{};
        local.tm_year = int(date.year()) - 1900;
        local.tm_mon = static_cast<int>(unsigned(date.month())) - 1;
        local.tm_mday = static_cast<int>(unsigned(date.day())) + daysLater;
        local.tm_isdst = -1;
        const std::time_t time = std::mktime(&local);
        std::array<char, 16> text{};
        if (zone && std::strftime(text.data(), text.size(), "%z", &local) > 0)
            *zone = text.data();
        return static_cast<std::int64_t>(time);
    };
    today.begin = midnight(0, &today.zone);
    today.end = midnight(1, nullptr);
    return today;
}

/** Parts of runs whose clients have gone: a camera that starts again is no further run. */
class SharedState::IdleParts
{
public:
    static Part take(const std::string &key)
    {
        auto parts = all().lock();
        const auto found = parts->find(key);
        if (found == parts->end())
            return {.run = nextRun(), .budget = {}, .warning = {}, .limit = 0, .rate = 0};
        Part part = std::move(found->second);
        parts->erase(found);
        return part;
    }
    static void put(const std::string &key, Part part)
    {
        all().lock()->emplace(key, std::move(part));
    }

private:
    using Parts = core::Guarded<std::multimap<std::string, Part>>;
    /** Never destroyed: a client may go while the process exits. */
    static Parts &all()
    {
        static auto *const parts = new Parts();
        return *parts;
    }
};

SharedState::SharedState(SharedStateSettings settings, http::NetworkThread &network,
                         Calendar calendar)
    : settings_(std::move(settings)),
      network_(network),
      calendar_(std::move(calendar)),
      files_(settings_.budgetPath),
      part_(IdleParts::take(settings_.prefix + settings_.shown))
{
}

SharedState::~SharedState()
{
    if (!opened_)
        IdleParts::put(settings_.prefix + settings_.shown, *part_.lock());
}

void SharedState::open(Handlers handlers)
{
    network_.post(
        [self = shared_from_this(), handlers = std::move(handlers)] { self->begin(handlers); });
}

void SharedState::begin(Handlers told)
{
    opened_ = true;
    handlers_ = std::move(told);
    const std::weak_ptr<SharedState> weak = weak_from_this();
    announcement_ = std::make_unique<redis::Timer>([weak] {
        if (const auto self = weak.lock())
            self->call();
    });
    redis::Connection::Handlers handlers;
    handlers.onReady = [weak] {
        const auto self = weak.lock();
        if (!self)
            return;
        self->ready_ = true;
        self->othersDue_ = true;
        self->call();
    };
    handlers.onLost = [weak](const std::string &why) {
        if (const auto self = weak.lock())
            self->noteLoss(why);
    };
    connection_ = std::make_unique<redis::Connection>(settings_.server, std::move(handlers));
    connection_->open();
}

void SharedState::close()
{
    if (!connection_)
        return;
    // Without waiting for its answer. Should it be lost, the others wait until this run counts as
    // dead.
    calling_ = false;
    call(true);
    connection_->flush();
    connection_.reset();
    announcement_.reset();
    ready_ = false;
    // A copy: a permit may still come back.
    Part part = *part_.lock();
    IdleParts::put(settings_.prefix + settings_.shown, std::move(part));
}

void SharedState::setLimits(std::uint64_t limit, double rate)
{
    auto part = part_.lock();
    part->limit = limit;
    part->rate = rate;
}

core::SharedBudget::Taken SharedState::take()
{
    const core::LocalDate date = calendar_().date;
    core::SharedBudget::Taken taken;
    std::string run;
    bool isCounted = false;
    std::string warning;
    {
        auto part = part_.lock();
        taken = part->budget.take(date, part->limit, part->rate, Clock::now());
        run = part->run;
        isCounted = part->limit > 0;
        const auto seen = part->budget.seen(date);
        if (taken.what == Take::Go && seen &&
            part->warning.tellNow({.date = date, .used = seen->sum}, part->limit))
            warning = std::to_string(seen->sum) + " of today's " + std::to_string(part->limit) +
                      " requests of all machines are used (`max-requests-per-day`); when all are, "
                      "nobody is asked until midnight";
    }
    if (!warning.empty())
        warn(warning);
    if (taken.what == Take::Go && isCounted)
        files_.write(run, date, taken.count);
    if (taken.what != Take::Asked)
        return taken;
    if (!ready_)
        taken.tryAgainIn = untilItIsConnected;
    else if (!asked_.exchange(true))
        network_.post([self = shared_from_this()] {
            self->asked_ = false;
            self->call();
        });
    return taken;
}

void SharedState::warn(const std::string &text)
{
    network_.post([self = shared_from_this(), text] {
        if (self->handlers_.onWarning)
            self->handlers_.onWarning(text);
    });
}

bool SharedState::takeAtOnce()
{
    const core::LocalDate date = calendar_().date;
    std::optional<std::uint64_t> count;
    std::string run;
    {
        auto part = part_.lock();
        count = part->budget.takeAtOnce(date, part->limit);
        run = part->run;
    }
    if (!count)
        return false;
    files_.write(run, date, *count);
    tellSoon();
    return true;
}

/** What this run counted by itself is told by the next call; that should not wait for long. */
void SharedState::tellSoon()
{
    if (!ready_ || telling_.exchange(true))
        return;
    network_.post([self = shared_from_this()] {
        self->telling_ = false;
        if (self->announcement_ && self->ready_)
            self->announcement_->setWithin(untilItIsTold);
    });
}

void SharedState::giveBack(core::LocalDate date)
{
    part_.lock()->budget.giveBack(date);
}

std::optional<std::uint64_t> SharedState::usedToday()
{
    const core::LocalDate date = calendar_().date;
    const auto seen = part_.lock()->budget.seen(date);
    return seen ? std::optional(seen->sum) : std::nullopt;
}

void SharedState::call(bool leaving)
{
    if (!connection_ || !connection_->isReady() || calling_)
        return;
    const Today today = calendar_();
    core::SharedCall call;
    std::string run;
    {
        auto part = part_.lock();
        call = part->budget.makeCall(today.date, part->limit, part->rate, Clock::now(), leaving);
        run = part->run;
    }
    RunCounts others;
    if (othersDue_) {
        others = files_.read(today.date);
        others.erase(run);
    }
    calling_ = true;
    connection_->run(budgetScript(), budgetKeys(settings_.prefix, today.date),
                     budgetArguments(call, today, run, others),
                     [weak = weak_from_this(), call, today](const redis::Reply *reply) {
                         if (const auto self = weak.lock())
                             self->noteReply(call, today, reply);
                     });
}

void SharedState::noteReply(const core::SharedCall &call, const Today &today,
                            const redis::Reply *reply)
{
    calling_ = false;
    if (!reply)
        return; // noteLoss() is next
    if (reply->kind == redis::Reply::Kind::Error) {
        connection_->giveUp(meaningOf(reply->text));
        return;
    }
    const auto words = readBudget(*reply);
    if (!words) {
        connection_->giveUp("it answers what no script of ours does");
        return;
    }
    if (!words->reply) {
        noteClock(today, words->serverTime);
        return;
    }
    bool isWanted = false;
    {
        auto part = part_.lock();
        part->budget.note(call, *words->reply, Clock::now());
        isWanted = part->budget.isWanted();
    }
    setTrouble(std::nullopt);
    noteState(*words, today);
    if (isWanted)
        this->call();
    announceLater();
}

/** The server's clock is outside of the date: one of the two is wrong, or it is about midnight. */
void SharedState::noteClock(const Today &today, std::int64_t serverTime)
{
    part_.lock()->budget.setAway();
    const bool isMidnight =
        serverTime >= today.begin - clocksDifferS && serverTime <= today.end + clocksDifferS;
    announcement_->setIn(isMidnight ? untilItIsMidnight : untilTheClockIsSet);
    if (!isMidnight)
        setTrouble("its clock says " + clockText(serverTime) + " and this machine's " +
                   clockText(std::time(nullptr)) + ", which is another date: set both by NTP");
}

void SharedState::noteState(const BudgetWords &words, const Today &today)
{
    othersDue_ = false;
    if (words.state != state_) {
        // Begun, or flushed: what earlier runs counted may not be in it.
        const bool isFirst = state_.empty();
        state_ = words.state;
        if (!isFirst) {
            othersDue_ = true;
            call();
        }
    }
    if (words.zone == today.zone || words.zone == zoneTold_)
        return;
    zoneTold_ = words.zone;
    handlers_.onWarning("The day of `max-requests-per-day` begins at midnight of UTC" +
                        system::plainText(words.zone, 16) + " for those who share " +
                        settings_.shown + ", and of UTC" + today.zone +
                        " here; set the same time zone (TZ) on all machines");
}

void SharedState::noteLoss(const std::string &why)
{
    ready_ = false;
    calling_ = false;
    part_.lock()->budget.setAway();
    if (announcement_)
        announcement_->stop();
    setTrouble(why);
}

void SharedState::setTrouble(const std::optional<std::string> &why)
{
    // The first reason stays until it is over: others may only be what came of it.
    if (why.has_value() == trouble_.has_value())
        return;
    trouble_ = why;
    if (!why) {
        handlers_.onTrouble(std::nullopt);
        return;
    }
    const bool wasSeen = part_.lock()->budget.wasEverSeen();
    handlers_.onTrouble(
        "The shared state at " + settings_.shown + " is away (" + *why + "); " +
        (wasSeen ? "until it is back, this process keeps to its share of what was left of the "
                   "day's requests, and of the rate"
                 : "as it was never reached, nobody is asked where the day's requests are limited; "
                   "check `shared-state`"));
}

void SharedState::announceLater()
{
    const core::LocalDate date = calendar_().date;
    std::chrono::milliseconds pause{0};
    {
        auto part = part_.lock();
        pause = part->budget.untilAnnouncement(date, part->limit);
    }
    announcement_->setIn(pause);
}

void SharedState::claimVisit(const std::string &templateId, const system::Secret &key,
                             const std::string &visitId, std::chrono::seconds timeout,
                             VisitHandler onVisit)
{
    const bool isThere = connection_ && connection_->isReady() && !trouble_ && timeout > 0s;
    const auto own = [visitId] { return SharedVisit{visitId, true}; };
    if (!isThere) {
        onVisit(own());
        return;
    }
    const auto onReply = [weak = weak_from_this(), own, onVisit](const redis::Reply *reply) {
        const bool isOther = reply && reply->kind == redis::Reply::Kind::Text &&
                             reply->text != own().visitId && system::isPlainText(reply->text) &&
                             !reply->text.empty() && reply->text.size() <= longestVisitId;
        onVisit(isOther ? SharedVisit{reply->text, false} : own());
        const auto self = weak.lock();
        if (self && self->connection_ && reply && reply->kind == redis::Reply::Kind::Error)
            self->connection_->giveUp(meaningOf(reply->text));
    };
    if (!connection_->run(visitScript(), {settings_.prefix + "visit:" + nameOf(templateId, key)},
                          {visitId, std::to_string(timeout.count())}, onReply))
        onVisit(own());
}

} // namespace ooto::service
