// SPDX-License-Identifier: LGPL-2.1-or-later
// One target, and all that elements of this process tell it.
#pragma once

#include "core/base/expected.h"
#include "core/base/guarded.h"
#include "http/network_thread.h"
#include "metadata/labels_file.h"
#include "publish/credentials_source.h"
#include "publish/delivery.h"
#include "publish/feed.h"
#include "publish/plan.h"
#include "publish/record_maker.h"
#include "publish/report.h"
#include "publish/settings.h"
#include "publish/state_board.h"
#include "publish/stream_book.h"
#include "publish/waiter.h"
#include "spool/photo_folder.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace ooto::publish
{

/**
 * Has a thread, on which all is done but taking occurrences in: they are committed to the spool at
 * once, and go to the target from there. Elements with the same settings share one: see
 * openPublisher().
 */
class Publisher : public std::enable_shared_from_this<Publisher>
{
public:
    Publisher(Plan plan, CredentialsSource credentials);
    ~Publisher();

    const std::vector<std::string> &warnings() const { return plan_.warnings; }
    /** *application*: once. */
    void open();

    /** *application* */
    void join(const std::shared_ptr<Feed> &feed);
    /** *application*: its faces end; the last one closes the target. Returns within 150 ms. */
    void leave(const std::shared_ptr<Feed> &feed);
    /** *application*: what may change while playing. */
    void configure(const Settings &settings);
    /** Any thread. */
    void forget(const spool::Person &person);
    Statistics statistics();
    /** One more will join(). @return false once the last one left: it needs another publisher */
    bool expectMember();

    /** *streaming*: never waits. */
    void submit(std::shared_ptr<Feed> feed, Occurrence occurrence);
    /** Any other thread: until what came by now is delivered; see Feed::endOfStream(). */
    void awaitDelivered(const std::shared_ptr<Waiter> &waiter, std::chrono::milliseconds longest);

private:
    struct Came {
        std::shared_ptr<Feed> feed;
        Occurrence occurrence;
    };
    /** What comes in, until the publisher's thread takes it. */
    struct Intake {
        std::deque<Came> queue;
        std::size_t events = 0; ///< of them
        bool posted = false;    ///< the thread will look
        std::uint64_t dropped = 0;
    };
    /** An element that shares this. */
    struct Member {
        std::shared_ptr<Feed> feed;
        std::optional<TargetState::Kind> told; ///< the last state that it heard of
    };
    struct Members {
        std::vector<Member> list;
        unsigned expected = 0; ///< that will join
        bool closed = false;   ///< the last one left
    };
    /** Somebody waits until this record is delivered. */
    struct Awaited {
        std::int64_t id;
        std::shared_ptr<Waiter> waiter;
    };

    void takeIn();
    void take(StreamBook::Records records);
    void tick();
    void refreshFiles();
    void keepHouse();
    void warn(const std::string &text);
    void applySettings();
    void stateMayHaveChanged();
    void tellState(const TargetState &state);
    void updateStatistics();
    void answerWaiting();
    void finish(std::chrono::milliseconds longest);
    spool::SpoolSettings spoolSettings() const;
    std::vector<std::shared_ptr<Feed>> feeds();

    const Plan plan_;
    core::Guarded<Settings> settings_;
    core::Guarded<Intake> intake_;
    core::Guarded<Members> members_;
    core::Guarded<Statistics> statistics_;

    // The publisher's thread only.
    CredentialsSource credentials_;
    StateBoard board_;
    std::shared_ptr<spool::PhotoFolder> photoFolder_;
    std::unique_ptr<RecordMaker> maker_;
    std::unique_ptr<StreamBook> streams_;
    std::unique_ptr<Delivery> delivery_;
    metadata::LabelsFile labels_;
    Settings current_;
    std::uint64_t events_ = 0;
    std::optional<TargetState> reported_;
    std::chrono::system_clock::time_point since_{}; ///< of the state that was reported
    std::vector<Awaited> awaited_;
    std::chrono::steady_clock::time_point nextHousekeeping_{};
    std::chrono::steady_clock::time_point nextSweep_{};
    bool closing_ = false;
    http::NetworkThread thread_; ///< last: it ends before what its tasks use
};

/**
 * The publisher for these settings: one that is there, or a new one.
 * @return a text for people where the settings cannot work
 */
core::Expected<std::shared_ptr<Publisher>, std::string> openPublisher(const Settings &settings);

} // namespace ooto::publish
