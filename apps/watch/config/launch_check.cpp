// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/launch_check.h"

#include "config/launch_tail.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <gst/gst.h>

namespace ooto::watch
{

namespace
{

using Text = std::optional<std::string>;

struct Parsed {
    system::ObjectHandle<GstElement> bin; ///< null: it could not be parsed
    system::ErrorHandle error;
};

/** @param tail whether something goes into it */
Parsed parse(const char *line, bool tail)
{
    Parsed parsed;
    GstElement *bin = tail ? parseTail(line, system::ErrorOut(parsed.error))
                           : gst_parse_bin_from_description_full(line, FALSE, nullptr,
                                                                 GST_PARSE_FLAG_FATAL_ERRORS,
                                                                 system::ErrorOut(parsed.error));
    if (bin)
        parsed.bin.reset(static_cast<GstElement *>(gst_object_ref_sink(bin)));
    return parsed;
}

/** What it says of a value it quotes. */
std::string withoutValue(std::string text)
{
    if (const std::size_t value = text.find(" to \""); value != std::string::npos)
        text.erase(value);
    return "is not understood by gst-launch: " + system::plainText(text);
}

/** As the camera builds it: with an element behind it, a line may end in caps, or in pads to come.
 */
Parsed build(const char *line, LaunchEnd end)
{
    if (end == LaunchEnd::Tail)
        return parse(line, true);
    return parse((std::string(line) + " ! identity").c_str(), false);
}

Text whyNot(const ExpandedValue &line, LaunchEnd end, const GError &error)
{
    // What is said of the line with names in place of values cannot have a value in it.
    const std::string shown = line.quotedNames();
    const Parsed named = build(shown.c_str(), end);
    if (!named.error || !g_error_matches(named.error.get(), error.domain, error.code))
        return "is not understood by gst-launch with what " + line.names() + " stands for";
    if (end == LaunchEnd::Source && error.code == GST_PARSE_ERROR_LINK &&
        !parse(shown.c_str(), false).error)
        return "has nothing at its end that video comes out of";
    return withoutValue(named.error->message);
}

bool takesOnly(GstElement *element)
{
    for (const GList *each = gst_element_get_pad_template_list(element); each; each = each->next)
        if (GST_PAD_TEMPLATE_DIRECTION(each->data) == GST_PAD_SRC)
            return false;
    return true;
}

/** splitmuxsink has its sink, which makes a bin one, not before it plays. */
bool hasSink(GstElement *bin)
{
    if (GST_OBJECT_FLAG_IS_SET(bin, GST_ELEMENT_FLAG_SINK))
        return true;
    for (const GList *each = GST_BIN_CHILDREN(bin); each; each = each->next)
        if (takesOnly(GST_ELEMENT(each->data)))
            return true;
    return false;
}

Text wrongAtEnds(GstElement *bin, LaunchEnd end)
{
    if (end == LaunchEnd::Tail) {
        if (!hasSink(bin) || leadsOn(bin))
            return "has to end in a sink, such as fakesink";
        return bin->sinkpads ? std::nullopt : Text("takes nothing in at its start");
    }
    if (!GST_OBJECT_FLAG_IS_SET(bin, GST_ELEMENT_FLAG_SOURCE))
        return "has to begin with a source, such as rtspsrc or v4l2src";
    return std::nullopt;
}

} // namespace

Text wrongInLaunch(const ExpandedValue &line, LaunchEnd end)
{
    if (line.empty())
        return "is empty";
    const auto quoted = line.quoted();
    if (!quoted)
        return quoted.error();
    const Parsed parsed = build((*quoted).reveal(), end);
    if (parsed.error)
        return whyNot(line, end, *parsed.error);
    if (!parsed.bin)
        return "is not understood by gst-launch";
    return wrongAtEnds(parsed.bin.get(), end);
}

} // namespace ooto::watch
