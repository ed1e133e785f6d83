// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/face_ledger.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

using ooto::core::FaceLedger;

FaceLedger::Event event(const std::string &id, std::uint64_t sequence, std::uint64_t track)
{
    return {.eventId = id, .sequence = sequence, .trackId = track, .visitId = "door-1"};
}

} // namespace

TEST(FaceLedger, knowsWhatIsOpen)
{
    FaceLedger ledger;
    const std::string first = "run-1";
    const std::string second = "run-2";
    const std::string third = "run-3";
    FaceLedger::Event begin = event(first, 1, 7);
    begin.isNew = true;
    ledger.note(begin);
    ledger.note(event(second, 2, 7));
    EXPECT_TRUE(ledger.isOpen(7));
    FaceLedger::Event end = event(third, 3, 7);
    end.isEnd = true;
    ledger.note(end);
    EXPECT_FALSE(ledger.isOpen(7));
    EXPECT_EQ(ledger.lost(), 0U);
    EXPECT_TRUE(ledger.endAll().empty());
}

TEST(FaceLedger, endsEachOpenFaceOnceByTheIdOfItsNew)
{
    FaceLedger ledger;
    const std::string id = "run-1";
    FaceLedger::Event begin = event(id, 1, 7);
    begin.isNew = true;
    ledger.note(begin);
    const auto ended = ledger.endAll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].newEventId, "run-1");
    EXPECT_EQ(ended[0].visitId, "door-1");
    EXPECT_TRUE(ledger.endAll().empty());
}

TEST(FaceLedger, opensAgainWithALaterEvent)
{
    FaceLedger ledger;
    const std::string id = "run-1";
    ledger.note(event(id, 1, 7));
    ledger.endAll();
    const std::string later = "run-2";
    ledger.note(event(later, 2, 7));
    EXPECT_TRUE(ledger.isOpen(7));
}

TEST(FaceLedger, isNotOpenedByALateAnswer)
{
    FaceLedger ledger;
    const std::string id = "run-1";
    FaceLedger::Event late = event(id, 1, 7);
    late.isLate = true;
    ledger.note(late);
    EXPECT_FALSE(ledger.isOpen(7));
}

TEST(FaceLedger, countsWhatIsMissingInTheSequence)
{
    FaceLedger ledger;
    const std::string a = "run-3";
    const std::string b = "run-8";
    ledger.note(event(a, 3, 1));
    EXPECT_EQ(ledger.lost(), 0U) << "what was before it joined is not its own";
    ledger.note(event(b, 8, 1));
    EXPECT_EQ(ledger.lost(), 4U);
}

TEST(FaceLedger, countsAnewWithAnotherRun)
{
    FaceLedger ledger;
    const std::string a = "one-9";
    const std::string b = "two-50";
    ledger.note(event(a, 9, 1));
    ledger.note(event(b, 50, 1));
    EXPECT_EQ(ledger.lost(), 0U);
}

TEST(FaceLedger, opensWhatABufferShowsAndCountsItOnce)
{
    FaceLedger ledger;
    const std::string a = "run-1";
    ledger.note(event(a, 1, 1));
    ledger.noteShown(2, "door-2");
    ledger.noteShown(2, "door-2");
    EXPECT_TRUE(ledger.isOpen(2));
    EXPECT_EQ(ledger.lost(), 0U) << "a later number may tell";
    const std::string b = "run-3";
    ledger.note(event(b, 3, 2));
    EXPECT_EQ(ledger.lost(), 1U);
    EXPECT_EQ(ledger.endAll().size(), 2U);
    EXPECT_EQ(ledger.lost(), 1U);
}

TEST(FaceLedger, countsALossThatNoLaterNumberTells)
{
    FaceLedger ledger;
    ledger.noteShown(2, "door-2");
    ledger.endAll();
    EXPECT_EQ(ledger.lost(), 1U);
}

TEST(FaceLedger, knowsAFaceAgainThatItEndedItself)
{
    FaceLedger ledger;
    const std::string id = "run-1";
    FaceLedger::Event begin = event(id, 1, 7);
    begin.isNew = true;
    ledger.note(begin);
    ledger.endAll();
    ledger.noteShown(7, "door-1");
    EXPECT_TRUE(ledger.isOpen(7));
    const auto ended = ledger.endAll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].newEventId, "run-1");
    EXPECT_EQ(ended[0].ends, 1U);
    EXPECT_EQ(ledger.lost(), 0U) << "its `new` came";
}

TEST(FaceLedger, doesNotTakeAFaceOfAnotherRunForOneThatItEnded)
{
    FaceLedger ledger;
    ledger.noteShown(7, "door-one-1");
    ledger.endAll();
    ledger.noteShown(7, "door-two-1");
    const auto ended = ledger.endAll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].visitId, "door-two-1");
    EXPECT_EQ(ended[0].ends, 0U);
}
