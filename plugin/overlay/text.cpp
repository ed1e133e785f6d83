// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/text.h"

namespace ooto::overlay
{

namespace
{

/**
 * A UUID is for machines: its first eight characters tell them apart for people. Another template
 * id is somebody's own name for the person, and is kept whole unless it is very long.
 */
std::string shortened(const std::string &templateId)
{
    constexpr glong keptOfUuid = 8;
    constexpr glong longestWhole = 24;
    const bool uuid = g_uuid_string_is_valid(templateId.c_str());
    if (!uuid && g_utf8_strlen(templateId.c_str(), -1) <= longestWhole)
        return templateId;
    const char *end =
        g_utf8_offset_to_pointer(templateId.c_str(), uuid ? keptOfUuid : longestWhole - 1);
    return std::string(templateId.c_str(), end) + "…";
}

/** Two decimals with a point, whatever the locale says. */
std::string twoDecimals(double value)
{
    gchar text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_formatd(text, sizeof text, "%.2f", value);
}

void append(std::string &facts, const std::string &fact)
{
    if (!facts.empty())
        facts += "  ";
    facts += fact;
}

std::string who(const OverlayFace &face)
{
    return face.name.empty() ? shortened(face.templateId) : face.name;
}

std::string factsOf(const OverlayFace &face)
{
    std::string facts;
    if (face.similarity)
        append(facts, twoDecimals(*face.similarity));
    if (face.livenessFine)
        append(facts, *face.livenessFine ? "live" : "not live");
    if (face.deepfakeFine == false)
        append(facts, "deepfake");
    return facts;
}

std::string withReason(const char *word, const OverlayFace &face)
{
    return face.reason.empty() ? word : word + (": " + face.reason);
}

} // namespace

LabelText labelText(const OverlayFace &face)
{
    const std::string person = who(face);
    if (!face.status)
        return {person, person.empty() ? std::string() : factsOf(face)};
    switch (*face.status) {
    case core::Status::Identified:
        return {person.empty() ? "identified" : person, factsOf(face)};
    case core::Status::Unknown:
        return {"unknown", factsOf(face)};
    case core::Status::Spoof:
        return {person.empty() ? "spoof" : "spoof (" + person + ")", factsOf(face)};
    case core::Status::Pending:
        return {withReason("pending", face), {}};
    case core::Status::Unavailable:
        return {withReason("no answer", face), {}};
    }
    return {};
}

Colour statusColour(std::optional<core::Status> status)
{
    if (!status)
        return white;
    switch (*status) {
    case core::Status::Pending:
        return skyBlue;
    case core::Status::Identified:
        return bluishGreen;
    case core::Status::Unknown:
        return yellow;
    case core::Status::Spoof:
        return vermillion;
    case core::Status::Unavailable:
        return reddishPurple;
    }
    return white;
}

Colour serviceColour(const std::string &serviceState)
{
    return serviceState == "degraded" ? orange : vermillion;
}

} // namespace ooto::overlay
