// SPDX-License-Identifier: LGPL-2.1-or-later
// What may change while playing, looked at once per sample: limits, credentials, display names.
#pragma once

#include "identify/credentials_source.h"
#include "identify/dispatcher.h"
#include "identify/outbox.h"
#include "identify/shared.h"
#include "metadata/labels_file.h"

#include <gst/gst.h>

#include <memory>
#include <string>

namespace ooto::identify
{

/** Thread-bound: to the analysis under way, and to *application* before the first one. */
class Refresh
{
public:
    /** @param element borrowed, for warnings */
    Refresh(GstElement *element, Meeting &meeting, Outbox &outbox, Dispatcher &dispatcher,
            CredentialsSource credentials);

    /** The dispatcher is connected with this key and the limits of the settings of now. */
    void begin();
    const system::Secret &appKey() const { return credentials_.current().appKey; }
    /** Looks at files and settings, and applies what is new. */
    void run();

private:
    void applyLimits(const std::shared_ptr<const Settings> &settings);
    /** @param replaced credentials were set @param refused the service does not take them */
    void refreshKey(const Settings &settings, bool replaced, bool refused);
    void noteBudget();
    void complain(const std::string &problem);
    void renameFaces(std::shared_ptr<const metadata::Labels> labels);

    GstElement *const element_;
    Meeting &meeting_;
    Outbox &outbox_;
    Dispatcher &dispatcher_;
    CredentialsSource credentials_;
    metadata::LabelsFile labelsFile_;
    std::shared_ptr<const Settings> limitsOf_; ///< whose limits the caller has
};

} // namespace ooto::identify
