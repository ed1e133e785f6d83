// SPDX-License-Identifier: LGPL-2.1-or-later
// Formats that people can write: Mustache, with a head.
#pragma once

#include "core/base/expected.h"
#include "spool/record.h"

#include <memory>
#include <optional>
#include <string>

namespace ooto::publish
{

/** What a template knows beside the event's JSON. */
struct TemplateFacts {
    std::string json;        ///< an `ooto-face` object, with `delayed-ms` and `photo-uri` where due
    std::string cameraAlias; ///< empty: the camera's own name
    std::string prefix;      ///< of topics
    spool::Picture photo;
};

/** An event by a template. */
struct Rendered {
    std::string body;
    std::string contentType;
    std::string topic;          ///< empty: the template names none
    std::string path;           ///< likewise
    std::string method;         ///< likewise
    std::string expectedAnswer; ///< likewise
    bool retain = false;
};

/** Thread-safe once it is loaded. */
class Template
{
public:
    /**
     * @param nameOrPath a name that is looked up as `ooto/publish/<name>.mustache` in the XDG data
     *                   dirs, or a path (with a slash)
     * @return the template, or a text for people, with file and line
     */
    static core::Expected<std::shared_ptr<const Template>, std::string>
    load(const std::string &nameOrPath);
    /** @param name for texts */
    static core::Expected<std::shared_ptr<const Template>, std::string>
    parse(const std::string &text, const std::string &name);

    ~Template();

    /** Whether the template wants such an event, by its `on:` and `statuses:`. */
    bool wants(core::FaceEventType type, core::Status status) const;
    /** Whether the body asks for the photo itself. */
    bool usesPhoto() const;
    /** @return the event, or why it cannot be rendered (too large), for people */
    core::Expected<Rendered, std::string> render(const TemplateFacts &facts) const;

private:
    struct Parts;
    explicit Template(std::unique_ptr<const Parts> parts);
    std::unique_ptr<const Parts> parts_;
};

} // namespace ooto::publish
