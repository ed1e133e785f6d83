// SPDX-License-Identifier: LGPL-2.1-or-later
// What waits for its analysis, where the threads of the pool are busy with other cameras.
#include "element/handles.h"
#include "identify/analysis_pool.h"
#include "support/eventually.h"
#include "support/identify_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace ooto;
using namespace ooto::test;

namespace
{

/** All threads of the pool, busy until this goes. */
class BusyPool
{
public:
    BusyPool()
    {
        const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
        const auto begun = std::make_shared<std::atomic<unsigned>>(0);
        const std::shared_future<void> ended = end_.get_future().share();
        for (unsigned i = 0; i < threads; ++i)
            pool_->post([begun, end = ended] {
                ++*begun;
                end.wait();
            });
        EXPECT_TRUE(eventually([&] { return *begun == threads; }));
    }
    ~BusyPool() { end_.set_value(); }

private:
    const std::shared_ptr<core::WorkerPool> pool_ = identify::analysisPool();
    std::promise<void> end_;
};

/** An element that is told where the faces are. */
class NewestSample : public testing::Test
{
protected:
    static constexpr guint left = 40;
    static constexpr guint right = 440;

    /** The next frame, 40 ms after the last; @param x of a face, px. @return where faces are shown
     */
    std::vector<ReadFace> push(std::optional<guint> x = std::nullopt)
    {
        GstBuffer *frame = gst_buffer_copy_deep(scene_.get());
        if (x)
            gst_buffer_add_video_region_of_interest_meta(frame, "face", *x, 100, 120, 150);
        const element::BufferHandle out(identify_.push(frame));
        return readFaces(out.get());
    }
    /** Until the next frame is to be a sample. */
    void pushUntilSample()
    {
        for (int i = 0; i < 4; ++i)
            push();
    }
    /** Analyses that have ended. */
    bool awaitDetections(guint64 count)
    {
        return eventually([&] { return identify_.stat("detections") == count; });
    }

    Identify identify_{"endpoint=http://127.0.0.1:9/ dry-run=true detector=upstream"};

private:
    element::BufferHandle scene_{makeScene(identify_.info(), {})};
};

} // namespace

TEST_F(NewestSample, takesThePlaceOfTheOneThatWaits)
{
    {
        const BusyPool others;
        push(left);
        pushUntilSample();
        push(right);
        EXPECT_EQ(identify_.stat("samples"), 2U);
        EXPECT_EQ(identify_.stat("samples-skipped"), 1U) << "the older one";
        EXPECT_EQ(identify_.stat("detections"), 0U);
    }
    ASSERT_TRUE(awaitDetections(1));
    pushUntilSample();
    push(right);
    ASSERT_TRUE(awaitDetections(2));
    const std::vector<ReadFace> faces = push();
    ASSERT_EQ(faces.size(), 1U) << "what was seen twice is confirmed";
    EXPECT_GT(faces.front().box.x, 0.5);
    EXPECT_EQ(identify_.stat("samples-skipped"), 1U);
}

TEST_F(NewestSample, isTheOnlyOneThatIsAnalysed)
{
    {
        const BusyPool others;
        for (int sample = 0; sample < 5; ++sample) {
            push(right);
            pushUntilSample();
        }
    }
    ASSERT_TRUE(awaitDetections(1));
    push(right);
    ASSERT_TRUE(awaitDetections(2));
    EXPECT_EQ(identify_.stat("samples"), 6U);
    EXPECT_EQ(identify_.stat("samples-skipped"), 4U);
}

TEST_F(NewestSample, thatWaitsHoldsNoStopUp)
{
    {
        const BusyPool others;
        push(left);
        gst_element_set_state(identify_.element(), GST_STATE_NULL);
    }
    EXPECT_EQ(identify_.stat("samples"), 1U);
    EXPECT_EQ(identify_.stat("detections"), 0U) << "it is not analysed any more";
}
