// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera.h"

#include "camera/camera_life.h"
#include "camera/camera_pipeline.h"
#include "camera/connect_gate.h"
#include "camera/errand.h"
#include "camera/mailbox.h"
#include "camera/settings_change.h"
#include "camera/statistics_sum.h"
#include "config/property.h"
#include "core/base/guarded.h"

#include <condition_variable>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

namespace ooto::watch
{

namespace
{

using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock::time_point;

/** What is not torn down by then is left behind. */
constexpr std::chrono::seconds longestTearDown = 10s;

LifeRules lifeRules(const CameraConfig &config)
{
    return {.stallTimeout = config.stallTimeout, .restartMax = config.restartMax};
}

std::chrono::system_clock::time_point onWallClock(SteadyTime time)
{
    return std::chrono::system_clock::now() +
           std::chrono::duration_cast<std::chrono::system_clock::duration>(
               time - std::chrono::steady_clock::now());
}

} // namespace

class Camera::Implementation
{
public:
    Implementation(const CameraConfig &config, std::vector<TargetConfig> targets, ConnectGate &gate,
                   CameraListener &listener)
        : name_(config.name),
          gate_(gate),
          listener_(listener),
          wishes_(Wishes{.config = config, .targets = std::move(targets), .active = config.active}),
          life_(lifeRules(config), config.active, std::random_device()())
    {
        auto known = known_.lock();
        known->status.state = life_.state();
        known->status.since = std::chrono::system_clock::now();
        known->status.reason = config.active ? "It is not connected yet." : "It is switched off.";
        // That it is off has to be told; that it is not connected yet goes without saying.
        if (config.active)
            known->told = {life_.state(), life_.reason()};
    }

    ~Implementation()
    {
        requestStop();
        waitStopped(std::chrono::steady_clock::now() + longestTearDown);
        if (thread_.joinable())
            thread_.join();
    }

    const std::string &name() const { return name_; }

    void start()
    {
        if (!thread_.joinable())
            thread_ = std::thread([this] { run(); });
    }

    void requestStop()
    {
        wishes_.lock()->stops = true;
        mailbox_->wake();
    }

    bool waitStopped(SteadyTime deadline)
    {
        if (!thread_.joinable())
            return true;
        bool tornDown = true;
        {
            auto end = end_.lock();
            endCame_.wait_until(end.waitable(), deadline, [&] { return end->reached; });
            tornDown = end->reached && end->tornDown;
        }
        // From here on nobody waits for it any more.
        wishes_.lock()->leaves = true;
        mailbox_->wake();
        return tornDown;
    }

    void setActive(bool active)
    {
        wishes_.lock()->active = active;
        mailbox_->wake();
    }

    bool change(const CameraConfig &config, const std::vector<TargetConfig> &targets)
    {
        CameraConfig configBefore;
        std::vector<TargetConfig> targetsBefore;
        {
            auto wishes = wishes_.lock();
            configBefore = wishes->config;
            targetsBefore = wishes->targets;
        }
        if (!canChangeWhilePlaying({configBefore, targetsBefore}, {config, targets}))
            return false;
        {
            auto wishes = wishes_.lock();
            wishes->config = config;
            wishes->targets = targets;
            wishes->changed = true;
        }
        mailbox_->wake();
        return true;
    }

    CameraStatus status()
    {
        CameraStatus status;
        std::shared_ptr<CameraPipeline> pipeline;
        {
            auto known = known_.lock();
            status = known->status;
            pipeline = known->pipeline;
        }
        if (!pipeline)
            return status;
        const Flow flow = pipeline->flow();
        if (flow.pictures > 0)
            status.lastFrame = onWallClock(flow.last);
        if (const auto offset = pipeline->clockOffsetS())
            status.clockOffsetS = offset;
        return status;
    }

    element::StructureHandle statistics()
    {
        // A pair of one moment: what a pipeline counted would be there twice otherwise, or not.
        const Counting counting = *counting_.lock();
        return summed(counting.earlier.get(),
                      counting.pipeline ? counting.pipeline->statistics().get() : nullptr);
    }

private:
    /** What others want of it. */
    struct Wishes {
        CameraConfig config;
        std::vector<TargetConfig> targets;
        bool active = true;
        bool changed = true; ///< the first two, since they were read
        bool stops = false;
        bool leaves = false; ///< stops, and nobody waits for what hangs
    };
    /** What others can know of it. */
    struct Known {
        CameraStatus status;
        std::pair<CameraState, std::string> told; ///< to the listener
        std::shared_ptr<CameraPipeline> pipeline;
    };
    struct Counting {
        std::shared_ptr<const GstStructure> earlier; ///< the sum of all that are gone
        std::shared_ptr<CameraPipeline> pipeline;
    };
    struct End {
        bool reached = false;
        bool tornDown = true;
    };

    void run()
    {
        for (;;) {
            readWishes();
            keepTime();
            if (stops_ && !pipeline_)
                break;
            tellState();
            for (const Mail &mail : mailbox_->await(due()))
                read(mail);
        }
        // What was told while it was torn down.
        mailbox_->wake();
        for (const Mail &mail : mailbox_->await(std::nullopt))
            read(mail);
        mailbox_->close();
        place_.reset();
        end_.lock()->reached = true;
        endCame_.notify_all();
    }

    std::optional<SteadyTime> due() const
    {
        std::optional<SteadyTime> due = life_.due();
        if (tearDown_.isUnderWay())
            due = tearDownBegan_ + longestTearDown;
        return due;
    }

    void readWishes()
    {
        std::optional<Wishes> changed;
        bool active = true;
        {
            auto wishes = wishes_.lock();
            active = wishes->active;
            stops_ = wishes->stops;
            leaves_ = wishes->leaves;
            if (std::exchange(wishes->changed, false))
                changed = *wishes;
        }
        // How it goes down is the same, but nobody is told that it is off.
        life_.setActive(active && !stops_);
        if (!changed)
            return;
        life_.setRules(lifeRules(changed->config));
        if (pipeline_ && !tearDown_.isUnderWay())
            applyChanges({config_, targets_}, {changed->config, changed->targets}, *pipeline_);
        config_ = std::move(changed->config);
        targets_ = std::move(changed->targets);
    }

    /** Does what is due. */
    void keepTime()
    {
        const SteadyTime now = std::chrono::steady_clock::now();
        if (tearDown_.isDone())
            finishTearDown(true);
        else if (tearDown_.isUnderWay() && (leaves_ || now - tearDownBegan_ >= longestTearDown))
            finishTearDown(false);
        if (pipeline_)
            life_.noteFlow(pipeline_->flow(), now);
        if (life_.state() == CameraState::Live)
            place_.reset();
        switch (life_.nextDeed(now)) {
        case CameraLife::Deed::Build:
            place_ = gate_.enter([mailbox = mailbox_] { mailbox->wake(); });
            break;
        case CameraLife::Deed::TearDown:
            beginTearDown();
            break;
        case CameraLife::Deed::Nothing:
            break;
        }
        if (life_.isAwaited() && place_ && place_->granted())
            build();
    }

    void build()
    {
        auto built = CameraPipeline::build(config_, targets_, mailbox_, ++number_);
        life_.noteBuilt(std::chrono::steady_clock::now());
        if (number_ > 1)
            ++known_.lock()->status.restarts;
        if (!built) {
            life_.noteFailure(built.error());
            mailbox_->wake();
            return;
        }
        pipeline_ = std::move(*built);
        known_.lock()->pipeline = pipeline_;
        counting_.lock()->pipeline = pipeline_;
        send(start_, [pipeline = pipeline_] { pipeline->start(); });
    }

    void beginTearDown()
    {
        if (!pipeline_) {
            place_.reset();
            life_.noteTornDown(std::chrono::steady_clock::now());
            mailbox_->wake();
            return;
        }
        pipeline_->close();
        tearDownBegan_ = std::chrono::steady_clock::now();
        send(tearDown_, [pipeline = pipeline_] { pipeline->tearDown(); });
    }

    /** Without a thread for it now, it has to be done here. */
    void send(Errand &errand, const std::function<void()> &deed)
    {
        try {
            errand = Errand(deed, [mailbox = mailbox_] { mailbox->wake(); });
        } catch (const std::system_error &) {
            deed();
            errand = {};
            mailbox_->wake();
        }
    }

    void finishTearDown(bool tornDown)
    {
        tearDown_ = {};
        start_ = {};
        place_.reset();
        noteLast(*pipeline_);
        if (!tornDown) {
            end_.lock()->tornDown = false;
            ++known_.lock()->status.leftBehind;
            listener_.troubleTold(name_, "Its pipeline does not end and is left behind.");
        }
        pipeline_.reset();
        life_.noteTornDown(std::chrono::steady_clock::now());
    }

    /** Keeps what it knew and counted. */
    void noteLast(CameraPipeline &pipeline)
    {
        const Flow flow = pipeline.flow();
        {
            auto known = known_.lock();
            if (flow.pictures > 0)
                known->status.lastFrame = onWallClock(flow.last);
            if (const auto offset = pipeline.clockOffsetS())
                known->status.clockOffsetS = offset;
            known->pipeline.reset();
        }
        const std::shared_ptr<const GstStructure> earlier = counting_.lock()->earlier;
        Counting counting{.earlier = {summed(earlier.get(), pipeline.statistics().get()).release(),
                                      gst_structure_free},
                          .pipeline = nullptr};
        *counting_.lock() = std::move(counting);
    }

    void read(const Mail &mail)
    {
        const bool isCurrent = pipeline_ && mail.pipeline == pipeline_->number();
        switch (mail.kind) {
        case Mail::Kind::Message:
            listener_.messagePosted(name_, mail.structure.get());
            break;
        case Mail::Kind::Trouble:
            listener_.troubleTold(name_, mail.text);
            break;
        case Mail::Kind::EndOfStream:
        case Mail::Kind::Failure:
            if (!isCurrent)
                break;
            life_.noteFlow(pipeline_->flow(), std::chrono::steady_clock::now());
            if (mail.kind == Mail::Kind::Failure)
                life_.noteFailure(mail.text);
            else
                life_.noteEndOfStream(std::chrono::steady_clock::now());
            break;
        }
    }

    void tellState()
    {
        if (stops_)
            return;
        CameraStatus status;
        {
            auto known = known_.lock();
            const std::pair now{life_.state(), life_.reason()};
            if (known->told == now)
                return;
            if (known->told.first != now.first)
                known->status.since = std::chrono::system_clock::now();
            known->told = now;
            known->status.state = now.first;
            known->status.reason = now.second;
        }
        status = this->status();
        listener_.stateChanged(name_, status);
    }

    const std::string name_;
    ConnectGate &gate_;
    CameraListener &listener_;
    const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
    core::Guarded<Wishes> wishes_;
    core::Guarded<Known> known_;
    core::Guarded<Counting> counting_;
    core::Guarded<End> end_;
    std::condition_variable endCame_;
    std::thread thread_;

    // Of its own thread.
    CameraLife life_;
    CameraConfig config_;
    std::vector<TargetConfig> targets_;
    std::shared_ptr<CameraPipeline> pipeline_;
    std::unique_ptr<ConnectGate::Place> place_;
    std::uint64_t number_ = 0; ///< of the last that was built
    Errand start_;
    Errand tearDown_;
    SteadyTime tearDownBegan_;
    bool stops_ = false;
    bool leaves_ = false;
};

Camera::Camera(const CameraConfig &config, std::vector<TargetConfig> targets, ConnectGate &gate,
               CameraListener &listener)
    : implementation_(std::make_unique<Implementation>(config, std::move(targets), gate, listener))
{
}

Camera::~Camera() = default;

const std::string &Camera::name() const
{
    return implementation_->name();
}

void Camera::start()
{
    implementation_->start();
}

void Camera::requestStop()
{
    implementation_->requestStop();
}

bool Camera::waitStopped(std::chrono::steady_clock::time_point deadline)
{
    return implementation_->waitStopped(deadline);
}

void Camera::setActive(bool active)
{
    implementation_->setActive(active);
}

bool Camera::change(const CameraConfig &config, const std::vector<TargetConfig> &targets)
{
    return implementation_->change(config, targets);
}

CameraStatus Camera::status() const
{
    return implementation_->status();
}

element::StructureHandle Camera::statistics() const
{
    return implementation_->statistics();
}

} // namespace ooto::watch
