// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/launch_check.h"

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

Parsed parse(const char *line)
{
    Parsed parsed;
    GstElement *bin = gst_parse_bin_from_description_full(
        line, TRUE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, system::ErrorOut(parsed.error));
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

Text whyNot(const ExpandedValue &line, const GError &error)
{
    // What is said of the line with names in place of values cannot have a value in it.
    const Parsed named = parse(line.quotedNames().c_str());
    if (named.error && g_error_matches(named.error.get(), error.domain, error.code))
        return withoutValue(named.error->message);
    return "is not understood by gst-launch with what " + line.names() + " stands for";
}

/** A pad that may appear, or one that waits for its peer. */
bool hasPad(GstElement *bin, GstPadDirection direction)
{
    const GList *pads = direction == GST_PAD_SRC ? bin->srcpads : bin->sinkpads;
    return pads != nullptr;
}

bool mayGrowSource(const GValue *item)
{
    auto *element = static_cast<GstElement *>(g_value_get_object(item));
    GstElementClass *klass = GST_ELEMENT_GET_CLASS(element);
    for (const GList *each = gst_element_class_get_pad_template_list(klass); each;
         each = each->next) {
        const auto *pad = static_cast<const GstPadTemplate *>(each->data);
        if (pad->direction == GST_PAD_SRC && pad->presence != GST_PAD_ALWAYS)
            return true;
    }
    return false;
}

/** Whether video comes out: at a pad that is there, or at one that comes later. */
bool givesVideo(GstElement *bin)
{
    if (hasPad(bin, GST_PAD_SRC))
        return true;
    const system::Handle<GstIterator, gst_iterator_free> all(gst_bin_iterate_recurse(GST_BIN(bin)));
    GValue found = G_VALUE_INIT;
    const auto grows = [](const void *item, const void *) {
        return mayGrowSource(static_cast<const GValue *>(item)) ? 0 : 1;
    };
    const bool any = gst_iterator_find_custom(all.get(), grows, &found, nullptr);
    if (any)
        g_value_unset(&found);
    return any;
}

Text wrongAtEnds(GstElement *bin, LaunchEnd end)
{
    const bool begins = GST_OBJECT_FLAG_IS_SET(bin, GST_ELEMENT_FLAG_SOURCE);
    if (end == LaunchEnd::Tail) {
        if (!GST_OBJECT_FLAG_IS_SET(bin, GST_ELEMENT_FLAG_SINK) || hasPad(bin, GST_PAD_SRC))
            return "has to end in a sink, such as fakesink";
        return hasPad(bin, GST_PAD_SINK) ? std::nullopt : Text("takes nothing in at its start");
    }
    if (!begins || hasPad(bin, GST_PAD_SINK))
        return "has to begin with a source, such as rtspsrc or v4l2src";
    return givesVideo(bin) ? std::nullopt : Text("has nothing at its end that video comes out of");
}

} // namespace

Text wrongInLaunch(const ExpandedValue &line, LaunchEnd end)
{
    if (line.empty())
        return "is empty";
    const auto quoted = line.quoted();
    if (!quoted)
        return quoted.error();
    const Parsed parsed = parse((*quoted).reveal());
    if (parsed.error)
        return whyNot(line, *parsed.error);
    if (!parsed.bin)
        return "is not understood by gst-launch";
    return wrongAtEnds(parsed.bin.get(), end);
}

} // namespace ooto::watch
