// SPDX-License-Identifier: LGPL-2.1-or-later
// What the files say: docs/watch-config.md has each key.
#pragma once

#include "system/secret.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace ooto::watch
{

/** Where something was written. */
struct Origin {
    std::string file{};
    unsigned line = 0;   ///< from 1; 0: the whole file
    std::string group{}; ///< as `camera door`
    std::string key{};
};

/** What is wrong, and where: `FILE:LINE: [GROUP] KEY: TEXT`. Never has an expanded value in it. */
struct Mistake {
    Origin origin;
    std::string text;
};

/** The mistake as a line for people; without line, group or key where it has none. */
std::string mistakeLine(const Mistake &mistake);

/** A property of an element, as it was written and after `${VAR}` was replaced. */
struct Setting {
    std::string property;
    system::Secret value;
    Origin origin;
};

/** Properties of one element; a later one of the same name has replaced an earlier one. */
using Settings = std::vector<Setting>;

/** Whether both set the same properties to the same values, wherever that was written. */
bool sameValues(const Settings &one, const Settings &other);

enum class Transport { Tcp, Udp, Auto };

/** `[camera NAME]`, with `[cameras]` and `[identify]` merged into it. */
struct CameraConfig {
    std::string name;
    /** rtsp(s), http(s), file or v4l2; without user and password. Empty: `launch` it is. */
    std::string uri;
    /** A gst-launch source. Expanded values are quoted in it, so that they stay one word. */
    system::Secret launch;
    std::string userId;
    system::Secret userPw;
    Transport transport = Transport::Tcp;
    std::chrono::milliseconds latency{200};        ///< rtspsrc's
    std::chrono::milliseconds stallTimeout{10000}; ///< without a buffer
    std::chrono::milliseconds restartMax{30000};   ///< the longest pause before it is built again
    std::string preview = "fakesink";              ///< a gst-launch tail
    bool active = true;
    std::vector<std::string> targets; ///< names of [publish NAME], in their order
    Settings identify;                ///< all but `active` and `camera`
    Origin origin;                    ///< of the group
};

/** `[publish NAME]`: properties of one ootopublish. */
struct TargetConfig {
    std::string name;
    Settings properties;
    Origin origin;
};

enum class LogFormat { Text, Json };

/** `[watch]`. Addresses are `HOST:PORT`; an empty one: not served. */
struct ServerConfig {
    std::string listen = "127.0.0.1:9464";
    std::string pageListen;
    std::string pageCert;
    std::string pageKey;
    bool pageAllowHttp = false;
    /** A file of lines `NAME:SHA-256 of the token in hex`; empty: one of our own making. */
    std::string tokenFile;
    /** Host names that a request's Host header may have, beside addresses and localhost. */
    std::vector<std::string> allowedHosts;
    LogFormat log = LogFormat::Text;

    bool operator==(const ServerConfig &) const = default;
};

struct Config {
    ServerConfig server;
    std::vector<TargetConfig> targets;
    std::vector<CameraConfig> cameras;
    /** What is not wrong but should be told, as secrets that others can read. */
    std::vector<Mistake> warnings;
};

} // namespace ooto::watch
