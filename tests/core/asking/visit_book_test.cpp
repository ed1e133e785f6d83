// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/visit_book.cpp
#include "core/asking/visit_book.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using namespace ooto::core;

TEST(VisitBook, givesEachTrackAVisitOfItsOwnAtFirst)
{
    VisitBook book;
    const VisitNumber first = book.begin(0s);
    EXPECT_NE(book.begin(0s), first);
    EXPECT_EQ(book.count(), 2U);
}

TEST(VisitBook, givesNoNumberThatAnotherBookGave)
{
    VisitBook book;
    VisitBook another;
    const VisitNumber first = book.begin(0s);
    EXPECT_GT(first, 0U);
    EXPECT_NE(another.begin(0s), first);
    EXPECT_EQ(another.count(), 1U);
}

TEST(VisitBook, joinsTheSameTemplateWithinTheTimeout)
{
    VisitBook book;
    const VisitNumber first = book.begin(0s);
    EXPECT_EQ(book.noteIdentity(first, "a", 1s, 120s), first);
    const VisitNumber second = book.begin(60s);
    EXPECT_EQ(book.noteIdentity(second, "a", 61s, 120s), first);
    EXPECT_EQ(book.count(), 1U);
    // Being seen prolongs the visit.
    const VisitNumber third = book.begin(170s);
    EXPECT_EQ(book.noteIdentity(third, "a", 171s, 120s), first);
}

TEST(VisitBook, beginsANewOneAfterTheTimeout)
{
    VisitBook book;
    const VisitNumber first = book.begin(0s);
    book.noteIdentity(first, "a", 0s, 120s);
    const VisitNumber second = book.begin(121s);
    EXPECT_EQ(book.noteIdentity(second, "a", 121s, 120s), second);
    EXPECT_EQ(book.count(), 2U);
}

TEST(VisitBook, givesSomebodyElseOnTheSameTrackAnotherVisit)
{
    VisitBook book;
    const VisitNumber first = book.begin(0s);
    book.noteIdentity(first, "a", 0s, 120s);
    const VisitNumber other = book.noteIdentity(first, "b", 5s, 120s);
    EXPECT_NE(other, first);
    EXPECT_EQ(book.noteIdentity(other, "a", 6s, 120s), first);
    EXPECT_EQ(book.count(), 2U);
}

TEST(VisitBook, endsVisitsAfterTimeWentBack)
{
    VisitBook book;
    const VisitNumber first = book.begin(10000s);
    book.noteIdentity(first, "a", 10000s, 120s);
    book.noteSeen(first, 5s);
    const VisitNumber soon = book.begin(125s);
    EXPECT_EQ(book.noteIdentity(soon, "a", 125s, 120s), first);
    book.forget(1s, 120s);
    const VisitNumber late = book.begin(122s);
    EXPECT_EQ(book.noteIdentity(late, "a", 122s, 120s), late);
    EXPECT_EQ(book.count(), 2U);
}

TEST(VisitBook, keepsAVisitThatGoesOnAfterTimeWentBack)
{
    VisitBook book;
    const VisitNumber first = book.begin(10000s);
    book.noteIdentity(first, "a", 10000s, 120s);
    for (StreamTime now = 0s; now < 400s; now += 100s) {
        book.noteSeen(first, now);
        book.forget(now, 120s);
    }
    const VisitNumber second = book.begin(400s);
    EXPECT_EQ(book.noteIdentity(second, "a", 400s, 120s), first);
}
