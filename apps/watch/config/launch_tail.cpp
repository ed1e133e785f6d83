// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/launch_tail.h"

namespace ooto::watch
{

namespace
{

/** Of an element itself, not of what is in it. */
GstPad *unlinked(const GList *pads)
{
    for (; pads; pads = pads->next)
        if (!gst_pad_is_linked(GST_PAD(pads->data)))
            return GST_PAD(pads->data);
    return nullptr;
}

} // namespace

GstElement *parseTail(const char *line, GError **error)
{
    GstElement *bin = gst_parse_bin_from_description_full(line, FALSE, nullptr,
                                                          GST_PARSE_FLAG_FATAL_ERRORS, error);
    if (!bin)
        return nullptr;
    // The first of the line was added first, and is the last of the list.
    for (const GList *each = g_list_last(GST_BIN_CHILDREN(bin)); each; each = each->prev) {
        if (GstPad *entry = unlinked(GST_ELEMENT(each->data)->sinkpads)) {
            gst_element_add_pad(bin, gst_ghost_pad_new("sink", entry));
            break;
        }
    }
    return bin;
}

bool leadsOn(GstElement *tail)
{
    for (const GList *each = GST_BIN_CHILDREN(tail); each; each = each->next)
        if (unlinked(GST_ELEMENT(each->data)->srcpads))
            return true;
    return false;
}

} // namespace ooto::watch
