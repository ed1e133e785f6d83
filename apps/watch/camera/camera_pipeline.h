// SPDX-License-Identifier: LGPL-2.1-or-later
// What a camera is built of, once: from its source to its preview.
#pragma once

#include "camera/camera_source.h"
#include "camera/flow_meter.h"
#include "camera/mailbox.h"
#include "config/config.h"
#include "core/base/expected.h"
#include "core/base/guarded.h"
#include "element/handles.h"

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::watch
{

/**
 * Tells a mailbox what happens in it, and is over after its first end or failure. Whoever tears it
 * down keeps it until that is done, however long it takes. Thread-safe, but for its making.
 */
class CameraPipeline
{
public:
    /**
     * @param number is in all its mail
     * @return why it cannot be built, for people
     */
    static core::Expected<std::shared_ptr<CameraPipeline>, std::string>
    build(const CameraConfig &config, const std::vector<TargetConfig> &targets,
          std::shared_ptr<Mailbox> mailbox, std::uint64_t number);
    CameraPipeline(const CameraPipeline &) = delete;
    CameraPipeline &operator=(const CameraPipeline &) = delete;
    /** It was never started, or is torn down. */
    ~CameraPipeline();

    /** Starts it; may block for as long as its source likes. */
    void start();
    /** From now on nothing comes through; at once. */
    void close() { closed_ = true; }
    /** Has all open faces ended and takes it down; may block likewise, also for ever. */
    void tearDown();

    std::uint64_t number() const { return number_; }
    Flow flow() { return meter_.lock()->flow(); }
    /** The camera's clock minus this machine's, s; nothing where the stream does not say. */
    std::optional<double> clockOffsetS() { return *clockOffsetS_.lock(); }
    /** `stats` of its ootoidentify; also after it was torn down. */
    element::StructureHandle statistics() const;
    GstElement *identify() const { return identify_; }
    /** In the order of the targets. */
    const std::vector<GstElement *> &publishers() const { return publishers_; }

private:
    class Reporter;

    CameraPipeline(const CameraConfig &config, std::shared_ptr<Mailbox> mailbox,
                   std::uint64_t number);

    std::string assemble(const CameraConfig &config, const std::vector<TargetConfig> &targets);
    std::string addTail(const CameraConfig &config, const std::vector<TargetConfig> &targets);
    std::string addHead(const CameraConfig &config);
    std::string append(GstElement *element);
    void watchStream();
    void connect(GstPad *decoded);
    void noteBuffer(GstBuffer *buffer);
    void noteCaps(GstEvent *event);
    void flush();

    static GstPadProbeReturn onInput(GstPad *, GstPadProbeInfo *info, gpointer self);
    static GstPadProbeReturn onOutput(GstPad *, GstPadProbeInfo *info, gpointer self);
    static GstBusSyncReply onMessage(GstBus *, GstMessage *message, gpointer reporter);
    static void onElement(GstBin *, GstBin *, GstElement *element, gpointer);

    const std::uint64_t number_;
    std::shared_ptr<Mailbox> mailbox_;
    std::shared_ptr<Reporter> reporter_;
    system::ObjectHandle<GstElement> pipeline_;
    std::shared_ptr<CameraSource> source_;
    GstElement *head_ = nullptr;     ///< the pipeline's; decoded video goes there
    GstElement *last_ = nullptr;     ///< the pipeline's; what comes next is linked behind it
    GstElement *identify_ = nullptr; ///< the pipeline's
    std::vector<GstElement *> publishers_;
    std::atomic<bool> closed_{false};
    core::Guarded<FlowMeter> meter_;
    core::Guarded<std::optional<double>> clockOffsetS_;
    std::chrono::nanoseconds nominal_{0};               ///< *streaming*: the interval of the caps
    std::chrono::steady_clock::time_point clockReadAt_; ///< *streaming*
};

} // namespace ooto::watch
