// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests the files that ootoidentify reads while it runs: display names, and the day's budget.
#include "service/budget.h"
#include "support/identify_support.h"
#include "support/photos.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

class Refresh : public testing::Test
{
protected:
    void start(const std::string &properties = {})
    {
        identify =
            std::make_unique<Identify>(service.properties() + " detector=cascade " + properties);
        grace = makeScene(identify->info(), {{photos::hopperFile, 100, 40, 400}});
    }
    ~Refresh() override
    {
        identify.reset();
        gst_clear_buffer(&grace);
        removeFolder(folder);
    }

    std::string budgetFile() { return service::BudgetFile::pathFor(service->endpoint(), "tester"); }

    /** As another process would. */
    system::FileDescriptor lockBudget()
    {
        const std::filesystem::path path = budgetFile() + ".lock";
        std::filesystem::create_directories(path.parent_path());
        system::FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        EXPECT_EQ(flock(file.get(), LOCK_EX), 0) << path;
        return file;
    }

    /**
     * With backpressure, until its face is known but not yet due: nothing is asked before the end
     * of the stream.
     */
    void showWhoWaitsForABetterShot()
    {
        GstBuffer *small = makeScene(identify->info(), {{photos::hopperFile, 200, 100, 160}});
        for (int i = 0; i < 12 && identify->messages("ooto-face").empty(); ++i)
            gst_buffer_unref(identify->push(gst_buffer_ref(small)));
        gst_buffer_unref(small);
        ASSERT_EQ(identify->messages("ooto-face").size(), 1U);
        ASSERT_TRUE(service->requests().empty());
    }

    std::size_t answers()
    {
        std::size_t count = 0;
        for (const StructurePtr &message : identify->messages("ooto-face"))
            count += stringField(message.get(), "type") == "answered";
        return count;
    }

    Service service{true};
    const std::string folder = makeFolder();
    std::unique_ptr<Identify> identify;
    GstBuffer *grace = nullptr;
};

} // namespace

TEST_F(Refresh, aLabelsFileThatIsAFifoHoldsNothingUp)
{
    const std::string fifo = folder + "/labels";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    start("labels-file=" + fifo);
    EXPECT_TRUE(identify->pushUntil(
        grace, [](GstBuffer *buffer) { return hasStatus(buffer, "identified"); }));
    const auto complaints = identify->complaints();
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_NE(complaints[0].find("is a FIFO, no regular file"), std::string::npos) << complaints[0];
    identify.reset(); // and it stops
}

TEST_F(Refresh, namesThatAreNotUtf8AreToldAndTheOthersUsed)
{
    const std::string labels = folder + "/labels";
    std::ofstream(labels) << "[labels]\nGrace Hopper=Grace\nsomeone=J\xfcrgen\n";
    start("labels-file=" + labels);
    EXPECT_TRUE(identify->pushUntil(grace, [&](GstBuffer *) { return answers() == 1; }));
    EXPECT_EQ(stringField(identify->messages("ooto-face").back().get(), "name"), "Grace");
    const auto complaints = identify->complaints();
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_NE(complaints[0].find("1 of its names"), std::string::npos) << complaints[0];
    EXPECT_NE(complaints[0].find("save it as UTF-8"), std::string::npos) << complaints[0];
}

TEST_F(Refresh, statsKnowTheBudgetBeforeAnythingWasAsked)
{
    {
        service::Budget others(budgetFile());
        for (int i = 0; i < 3; ++i)
            others.take(10);
    }
    start("max-requests-per-day=10");
    EXPECT_EQ(identify->stat("requests-today"), 3U);
    EXPECT_EQ(identify->stat("budget-left"), 7U);
}

TEST_F(Refresh, aBudgetThatAnotherProcessHoldsIsBusyAndNotSpent)
{
    start();
    const system::FileDescriptor held = lockBudget();
    EXPECT_TRUE(identify->pushUntil(grace, [](GstBuffer *buffer) {
        const auto faces = readFaces(buffer);
        EXPECT_TRUE(faces.empty() || faces[0].reason != "budget");
        return !faces.empty() && faces[0].reason == "busy";
    }));
    EXPECT_TRUE(identify->messages("ooto-service").empty());
}

TEST_F(Refresh, withBackpressureABudgetThatIsBusyIsWaitedForAtTheEnd)
{
    start("backpressure=true best-shot-window=60000 min-quality=0.1");
    showWhoWaitsForABetterShot();
    system::FileDescriptor held = lockBudget();
    std::thread other([&held] {
        std::this_thread::sleep_for(500ms);
        held = system::FileDescriptor();
    });
    gst_harness_push_event(identify->harness(), gst_event_new_eos());
    EXPECT_EQ(answers(), 1U) << "the end of the stream came before the answer";
    other.join();
}

TEST_F(Refresh, withBackpressureABudgetThatStaysBusyIsWaitedForOnce)
{
    start("backpressure=true timeout=5");
    const system::FileDescriptor held = lockBudget();
    int waited = 0;
    for (int i = 0; i < 30; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        gst_buffer_unref(identify->push(gst_buffer_ref(grace)));
        waited += std::chrono::steady_clock::now() - begin >= 5s;
    }
    EXPECT_EQ(waited, 1);
    EXPECT_EQ(answers(), 0U);
}

TEST_F(Refresh, aBudgetThatIsBusyIsTriedAgainAfterTheEndToo)
{
    start("backpressure=true best-shot-window=60000 min-quality=0.1");
    showWhoWaitsForABetterShot();
    g_object_set(identify->element(), "backpressure", FALSE, nullptr);
    {
        const system::FileDescriptor held = lockBudget();
        gst_harness_push_event(identify->harness(), gst_event_new_eos());
        std::this_thread::sleep_for(500ms);
        EXPECT_TRUE(service->requests().empty());
    }
    EXPECT_TRUE(service->waitForRequests(1, 10s));
}
