// SPDX-License-Identifier: LGPL-2.1-or-later
// A local stand-in for the identify service: HTTP on a thread of its own. For demos and tests.
#pragma once

#include "answers.h"
#include "identify_service.h"
#include "received_request.h"
#include "trouble.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::server
{

struct ServerOptions {
    std::string host = "127.0.0.1"; ///< an address of this machine, or "localhost"
    std::uint16_t port = 0;         ///< 0: any that is free
    std::string certificateFile;    ///< PEM with certificate and key: https; empty: http
    std::string appId = "demo";     ///< what APP-ID has to be
    std::string appKey = "demo-key";
    DetectorChoice detector = DetectorChoice::Auto;
    std::string model;         ///< the YuNet file; empty: where the plugin looks for it
    std::string galleryFolder; ///< empty: nobody is enrolled at first
    bool galleryWritable = false;
    std::string enrolFirst; ///< the id of the first good face that is posted; empty: none
    std::string logFile;
    std::string photoFolder;
    Trouble trouble;
    AnswerStyle style;
};

/** Runs from start() until it is destroyed. Everything but these two is thread-safe. */
class IdentifyServer
{
public:
    /** Called on the server's thread with each request; what it returns is sent as it is. */
    using Script = std::function<std::optional<Reply>(const ReceivedRequest &)>;

    /** @param error set to a text for people when nullptr is returned */
    static std::unique_ptr<IdentifyServer> start(const ServerOptions &options, std::string &error);
    /** Ends all connections, whatever is under way on them. */
    ~IdentifyServer();

    std::uint16_t port() const;
    std::string endpoint() const; ///< "http://127.0.0.1:PORT/api/v1.0/identify"
    std::string detectorName() const;
    /** Lines for people about photos of the gallery that could not be used. */
    std::vector<std::string> galleryProblems() const;

    /** For the requests that arrive from now on. */
    void setTrouble(const Trouble &trouble);
    void setStyle(const AnswerStyle &style);
    /** Asked before anything else, and trouble does not touch its replies; {} ends it. */
    void setScript(Script script);

    /** All requests in the order of their arrival, once their answer is decided. */
    std::vector<ReceivedRequest> requests() const;
    /** Waits until so many have been received in all; false when they did not come in time. */
    bool waitForRequests(std::size_t count, std::chrono::milliseconds longest) const;
    /** Everything that a strict service would have complained about; see violationsOf(). */
    std::vector<std::string> violations() const;

private:
    struct Shared;
    class Worker;
    IdentifyServer();

    std::unique_ptr<Shared> shared_;
    std::unique_ptr<Worker> worker_;
};

} // namespace ooto::server
