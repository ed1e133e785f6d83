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
#include "publish/mqtt_layout.h"
#include "publish/open_faces.h"
#include "publish/report.h"
#include "publish/settings.h"
#include "publish/target_uri.h"
#include "publish/template.h"
#include "spool/photo_folder.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
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
    /** What settings came to, checked. */
    struct Plan {
        Settings settings;
        TargetUri uri;
        std::shared_ptr<const Template> format; ///< null: `ooto`
        std::vector<std::string> warnings;
    };

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
    /** False once the last element left: another one needs another. */
    bool isOpen() { return !*closed_.lock(); }

    /** *streaming*: never waits. */
    void submit(std::shared_ptr<Feed> feed, Occurrence occurrence);
    /** *streaming*: see Feed::endOfStream(). */
    void awaitDelivered(std::chrono::milliseconds longest);
    void interrupt(bool interrupted);

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
    /** What is known of one stream. */
    struct Stream {
        std::weak_ptr<Feed> feed;
        std::string camera; ///< empty: nobody said yet
        OpenFaces faces;
        std::optional<CameraState> state;
        bool refused = false; ///< its name cannot be used, which was told
    };
    struct Waiting {
        bool done = false;
        bool interrupted = false;
    };

    void takeIn();
    void take(Stream &stream, Feed &feed, EventCame &came, std::vector<spool::Record> &records);
    void takeEvent(Stream &stream, Feed &feed, const GstStructure *structure,
                   const spool::Moment &received, std::vector<spool::Record> &records);
    void takeFaces(Stream &stream, Feed &feed, const FacesChanged &changed);
    void endFaces(Stream &stream, Feed &feed, std::vector<spool::Record> &records);
    void nameCamera(Stream &stream, Feed &feed, const std::string &camera);
    void setCameraState(Stream &stream, Feed &feed, CameraState state);
    std::optional<spool::Record> recordOf(Feed &feed, const metadata::FaceMessage &event,
                                          const GstStructure *structure,
                                          const spool::Moment &received) const;
    void storePhotos(spool::Record &record, const Settings &settings);
    std::optional<Outgoing> format(const spool::Record &record, const spool::Moment &now,
                                   std::string &why) const;
    std::string nameFor(const Feed &feed, const std::string &camera) const;
    void tick();
    void watchStreams();
    void refreshFiles();
    void keepHouse();
    void applySettings();
    void stateMayHaveChanged();
    void reportState(const TargetState &state);
    StateReport currentReport() const;
    void updateStatistics();
    void answerWaiting();
    void finish(std::chrono::milliseconds longest);
    std::unique_ptr<Target> makeTarget(spool::Spool &spool);
    std::unique_ptr<Target> makeMqttTarget(spool::Spool &spool);
    std::vector<mqtt::Publication> address(const Outgoing &outgoing) const;
    void say(const MqttLayout::Publications &states);
    spool::SpoolSettings spoolSettings() const;
    std::vector<std::shared_ptr<Feed>> feeds();

    const Plan plan_;
    core::Guarded<Settings> settings_;
    core::Guarded<Intake> intake_;
    core::Guarded<std::vector<std::shared_ptr<Feed>>> feeds_;
    core::Guarded<Statistics> statistics_;
    core::Guarded<Waiting> waiting_;
    core::Guarded<bool> closed_{false};
    std::condition_variable changed_;

    // The publisher's thread only.
    CredentialsSource credentials_;
    std::map<Feed *, Stream> streams_;
    std::unique_ptr<Delivery> delivery_;
    std::unique_ptr<MqttLayout> layout_;                          ///< MQTT with format=ooto only
    std::function<void(MqttLayout::Publications)> publishStates_; ///< likewise
    std::shared_ptr<spool::PhotoFolder> photoFolder_;
    metadata::LabelsFile labels_;
    Settings current_;
    std::uint64_t events_ = 0;
    std::uint64_t lost_ = 0; ///< of streams that left
    std::optional<TargetState> reported_;
    std::chrono::system_clock::time_point reportedSince_{};
    std::optional<std::int64_t> awaited_; ///< a record that a streaming thread waits for
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
