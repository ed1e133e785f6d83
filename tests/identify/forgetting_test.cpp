// SPDX-License-Identifier: LGPL-2.1-or-later
// A person is forgotten: in view, under way, and told of to all along the stream.
#include "core/base/guarded.h"
#include "metadata/faces_reader.h"
#include "metadata/requests.h"
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <atomic>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

constexpr const char *her = "5e1f0000-0000-4000-8000-00000000000a";

class Forgetting : public testing::Test
{
protected:
    Forgetting()
    {
        service->setScript([this](const server::ReceivedRequest &) {
            ++asked;
            const auto longest = std::chrono::steady_clock::now() + 20s;
            while (holds && std::chrono::steady_clock::now() < longest)
                g_usleep(2'000);
            server::Reply reply;
            reply.body = std::string(R"({"result":{"search":{"templateId":")") + her +
                         R"(","similarity":0.9}}})";
            return reply;
        });
        identify = std::make_unique<Identify>(service.properties() + " detector=cascade");
        scene = makeScene(identify->info(), {{photos::hopperFile, 120, 40, 400}});
        probe(gst_element_get_static_pad(identify->element(), "src"),
              GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
        probe(gst_element_get_static_pad(identify->element(), "sink"),
              GST_PAD_PROBE_TYPE_EVENT_UPSTREAM);
    }
    ~Forgetting() override
    {
        holds = false;
        identify.reset();
        gst_buffer_unref(scene);
    }

    void probe(GstPad *pad, GstPadProbeType type)
    {
        gst_pad_add_probe(
            pad, type,
            [](GstPad *, GstPadProbeInfo *info, gpointer self) {
                GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
                if (const GstStructure *structure = gst_event_get_structure(event))
                    static_cast<Forgetting *>(self)->passed.lock()->emplace_back(
                        GST_EVENT_TYPE(event), gst_structure_copy(structure));
                return GST_PAD_PROBE_OK;
            },
            this, nullptr);
        gst_object_unref(pad);
    }

    bool showUntil(const std::string &status)
    {
        return identify->pushUntil(
            scene, [&](GstBuffer *buffer) { return hasStatus(buffer, status); }, 20s);
    }
    /** Five samples, at the pace of the analysis. */
    void showForAWhile()
    {
        const guint64 before = identify->stat("samples");
        EXPECT_TRUE(identify->pushUntil(
            scene, [&](GstBuffer *) { return identify->stat("samples") >= before + 5; }, 20s));
    }
    void forget(const char *templateId, const char *visitId = nullptr)
    {
        g_signal_emit_by_name(identify->element(), "forget", templateId, visitId);
    }
    /** How often an `ooto-forget` passed that way. */
    int forgetsPassed(GstEventType type)
    {
        int count = 0;
        for (const auto &[passedAs, structure] : *passed.lock())
            count += passedAs == type && metadata::readForgetRequest(structure.get());
        return count;
    }
    /** Messages and events after the first `from` of each. */
    void expectNobodyIsNamedAfter(std::size_t messages, std::size_t events)
    {
        const auto all = identify->messages("ooto-face");
        for (std::size_t i = messages; i < all.size(); ++i)
            expectNoName(all[i].get());
        auto known = passed.lock();
        for (std::size_t i = events; i < known->size(); ++i) {
            if (gst_structure_has_name((*known)[i].second.get(), "ooto-face"))
                expectNoName((*known)[i].second.get());
        }
    }
    static void expectNoName(const GstStructure *structure)
    {
        gchar *text = gst_structure_to_string(structure);
        EXPECT_EQ(std::string(text).find(her), std::string::npos) << text;
        g_free(text);
    }

    std::atomic<bool> holds{false};
    std::atomic<int> asked{0};
    Service service;
    std::unique_ptr<Identify> identify;
    GstBuffer *scene = nullptr;
    core::Guarded<std::vector<std::pair<GstEventType, StructurePtr>>> passed;
};

} // namespace

TEST_F(Forgetting, inViewTakesTheNameAndAsksNoMore)
{
    ASSERT_TRUE(showUntil("identified"));
    const auto told = identify->messages("ooto-face", 2).size();
    const auto went = passed.lock()->size();
    forget(her);
    ASSERT_TRUE(showUntil("unavailable"));
    showForAWhile();
    const auto messages = identify->messages("ooto-face", told + 1);
    ASSERT_EQ(messages.size(), told + 1);
    EXPECT_EQ(stringField(messages.back().get(), "type"), "updated");
    EXPECT_EQ(stringField(messages.back().get(), "reason"), "forgotten");
    expectNobodyIsNamedAfter(told, went);
    EXPECT_EQ(asked, 1);
}

TEST_F(Forgetting, isToldToAllAlongTheStream)
{
    ASSERT_TRUE(showUntil("identified"));
    forget(her);
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_DOWNSTREAM_OOB), 1) << "at once";
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_UPSTREAM), 1);
    gst_buffer_unref(identify->push(gst_buffer_copy(scene)));
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_DOWNSTREAM), 1) << "and in order";
    forget(nullptr, nullptr);
    forget("", "");
    gst_buffer_unref(identify->push(gst_buffer_copy(scene)));
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_DOWNSTREAM), 1) << "nobody was meant";
}

TEST_F(Forgetting, byEventsOfOthersIsPassedOnAndObeyed)
{
    ASSERT_TRUE(showUntil("identified"));
    const auto event = [](GstEventType type) {
        return gst_event_new_custom(type, metadata::forgetStructure({her, ""}).release());
    };
    gst_harness_push_upstream_event(identify->harness(), event(GST_EVENT_CUSTOM_UPSTREAM));
    EXPECT_TRUE(showUntil("unavailable"));
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_UPSTREAM), 1);
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_DOWNSTREAM), 1) << "for other branches";
    gst_harness_push_event(identify->harness(), event(GST_EVENT_CUSTOM_DOWNSTREAM));
    EXPECT_EQ(forgetsPassed(GST_EVENT_CUSTOM_DOWNSTREAM), 2);
}

TEST_F(Forgetting, byAnEventFromUpstreamTakesTheNameToo)
{
    ASSERT_TRUE(showUntil("identified"));
    gst_harness_push_event(identify->harness(),
                           gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
                                                metadata::forgetStructure({her, ""}).release()));
    EXPECT_TRUE(showUntil("unavailable"));
}

TEST_F(Forgetting, dropsTheReplyThatIsUnderWay)
{
    holds = true;
    ASSERT_TRUE(identify->pushUntil(
        scene, [this](GstBuffer *) { return asked == 1; }, 20s));
    const std::string visit =
        stringField(identify->messages("ooto-face", 1).front().get(), "visit-id");
    forget(nullptr, visit.c_str());
    holds = false;
    ASSERT_TRUE(identify->pushUntil(
        scene, [this](GstBuffer *) { return identify->stat("answers") == 1; }, 20s));
    showForAWhile();
    EXPECT_TRUE(showUntil("unavailable"));
    expectNobodyIsNamedAfter(0, 0);
    EXPECT_EQ(asked, 1);
}

TEST_F(Forgetting, ofATemplateHoldsForAReplyThatComesLater)
{
    holds = true;
    ASSERT_TRUE(identify->pushUntil(
        scene, [this](GstBuffer *) { return asked == 1; }, 20s));
    forget(her);
    holds = false;
    ASSERT_TRUE(showUntil("unavailable"));
    expectNobodyIsNamedAfter(0, 0);
    EXPECT_EQ(asked, 1);
}

TEST_F(Forgetting, anotherPersonChangesNothing)
{
    ASSERT_TRUE(showUntil("identified"));
    forget("5e1f0000-0000-4000-8000-00000000000b");
    showForAWhile();
    EXPECT_TRUE(showUntil("identified"));
    EXPECT_EQ(identify->messages("ooto-face", 2).size(), 2U) << "she went on as who she was";
}
