// SPDX-License-Identifier: LGPL-2.1-or-later
// The oracle behind HTTP, with the service's delay in stream time or in real time.
#pragma once

#include "core/base/guarded.h"
#include "http/network_thread.h"
#include "system/handles.h"
#include "visits/oracle.h"

#include <libsoup/soup.h>

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::visits
{

/** What was asked so far. */
struct Asked {
    std::size_t received = 0;
    std::size_t refused = 0;          ///< of these, during an outage
    std::size_t held = 0;             ///< waiting for their time
    std::map<int, std::size_t> codes; ///< answers by the service's code; 0: a face
    std::size_t poor = 0;             ///< photos of a face that were not fine
    std::size_t nobody = 0;           ///< photos of a face that is none of the truth's
    std::size_t unsure = 0;           ///< faces that are about as near to another person's patch
    std::map<std::string, std::size_t> people;
    double worstDifference = 0; ///< of a recognised face from its own patch
    double leastNext = 1;       ///< of a recognised face from another person's patch
};

/**
 * Listens on loopback. IdentifyServer's script cannot be delayed, and a delay of real time is none
 * for a stream that runs faster: so here an answer is held until the player says that its stream
 * time has come, which is the same on every machine.
 */
class OracleService
{
public:
    /** @param realTime the delay passes on the clock rather than in the stream */
    OracleService(Oracle &oracle, double delayS, bool realTime);
    ~OracleService();

    std::string endpoint() const;
    /** Times of the stream in which everything is answered by 503; before the first request. */
    void setOutages(std::vector<scene::Span> outages) { outages_ = std::move(outages); }
    /** The stream is here now: later requests count from here, and answers that are due go out. */
    void streamIsAt(double timeS);
    /** Whatever is held goes out. */
    void releaseAll();
    Asked asked() { return shared_.lock()->asked; }
    /** False when so many requests did not come in time. */
    bool waitForRequests(std::size_t count, std::chrono::milliseconds longest);

    static constexpr const char *appId = "visits";
    static constexpr const char *appKey = "visits-key";

private:
    struct Held {
        system::ObjectHandle<SoupServerMessage> message;
        Oracle::Answer answer;
        double dueS; ///< stream time
        system::SourceHandle timer;
    };
    struct Shared {
        Asked asked;
        double nowS = 0;
    };

    bool isDown(double timeS) const;
    void refuse(SoupServerMessage *message);
    void serve(SoupServerMessage *message, const char *path);
    void holdInRealTime(Held &held);
    void release(Held &held);
    void releaseUntil(std::optional<double> timeS);

    Oracle &oracle_;
    const double delayS_;
    const bool realTime_;
    std::vector<scene::Span> outages_;
    unsigned port_ = 0;
    core::Guarded<Shared> shared_;
    std::condition_variable arrived_;
    // Server thread only.
    system::ObjectHandle<SoupServer> server_;
    std::list<Held> held_;

    http::NetworkThread thread_;
};

} // namespace ooto::visits
