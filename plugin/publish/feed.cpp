// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/feed.h"

#include "metadata/face_fields.h"
#include "publish/publisher.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ooto::publish
{

namespace
{

/** A distance is forgotten, by and by: so much of the longest one stays with each buffer. */
constexpr double staysPerBuffer = 0.995;

/** Whether an event's structure says anything to a publisher. */
bool isOurs(const GstStructure *structure)
{
    constexpr std::array names = {metadata::faceMessageName, metadata::serviceMessageName,
                                  metadata::cameraMessageName};
    return structure && std::any_of(names.begin(), names.end(), [structure](const char *name) {
               return gst_structure_has_name(structure, name);
           });
}

} // namespace

Feed::Feed(std::shared_ptr<Publisher> publisher, const Settings &settings, FeedHandlers handlers)
    : publisher_(std::move(publisher)),
      settings_(std::make_shared<const Settings>(settings)),
      handlers_(std::move(handlers))
{
}

Feed::~Feed() = default;

void Feed::event(GstEvent *event)
{
    if (!isOurs(gst_event_get_structure(event)))
        return;
    publisher_->submit(shared_from_this(),
                       EventCame{EventHandle(gst_event_ref(event)), spool::Moment::now()});
}

void Feed::buffer(GstBuffer *buffer)
{
    const std::int64_t now = feedClock.load()();
    const bool isFirst = lastBufferUs_ == 0;
    noteDistance(now);
    lastBufferUs_ = now;
    if (isFirst)
        publisher_->submit(shared_from_this(), StreamBegan{});
    // Behind a payloader each packet of a frame has its metadata.
    const GstClockTime pts = GST_BUFFER_PTS(buffer);
    if (GST_CLOCK_TIME_IS_VALID(pts) && pts == lastPts_)
        return;
    lastPts_ = pts;
    if (tellsViewAgain_.exchange(false))
        digest_ = 0;
    const std::uint64_t digest = metadata::factsDigest(buffer);
    if (digest == 0 || digest == digest_)
        return;
    digest_ = digest;
    publisher_->submit(shared_from_this(),
                       FacesChanged{metadata::cameraOf(buffer), metadata::readFacts(buffer)});
}

void Feed::noteDistance(std::int64_t nowUs)
{
    if (lastBufferUs_ == 0)
        return;
    const auto faded = static_cast<std::int64_t>(static_cast<double>(longestUs_) * staysPerBuffer);
    longestUs_ = std::max(faded, nowUs - lastBufferUs_);
}

std::chrono::microseconds Feed::sinceLastBuffer() const
{
    return std::chrono::microseconds(feedClock.load()() - lastBufferUs_);
}

void Feed::flush()
{
    digest_ = 0;
    lastPts_ = GST_CLOCK_TIME_NONE;
    publisher_->submit(shared_from_this(), StreamFlushed{});
}

void Feed::endOfStream()
{
    digest_ = 0;
    publisher_->submit(shared_from_this(), StreamEnded{});
    publisher_->awaitDelivered(waiter_, settings()->timeout());
}

void Feed::configure(const Settings &settings)
{
    *settings_.lock() = std::make_shared<const Settings>(settings);
    publisher_->configure(settings);
}

void Feed::setPlaying(bool playing)
{
    // A pause is neither a stall nor a distance between two pictures.
    if (playing && !playing_ && lastBufferUs_ != 0)
        lastBufferUs_ = feedClock.load()();
    playing_ = playing;
}

void Feed::leave()
{
    *handlers_.lock() = {};
    publisher_->leave(shared_from_this());
}

} // namespace ooto::publish
