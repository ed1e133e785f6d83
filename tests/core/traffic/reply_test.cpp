// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/reply.h"

#include <gtest/gtest.h>

#include <map>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;

struct Row {
    About about;
    bool mayPass;
    bool probablyBilled;
    bool isAnswer;
};

TEST(OutcomeMeaning, isAsItStandsInTheTable)
{
    const std::map<Outcome, Row> table = {
        {Outcome::Answered, {About::Photo, false, true, true}},
        {Outcome::Refused, {About::Photo, false, true, true}},
        {Outcome::TooLarge, {About::Photo, false, false, false}},
        {Outcome::NoAnswer, {About::Service, true, true, false}},
        {Outcome::Unauthorized, {About::Key, false, false, false}},
        {Outcome::WrongEndpoint, {About::People, false, false, false}},
        {Outcome::Redirected, {About::People, false, false, false}},
        {Outcome::BadCertificate, {About::People, false, false, false}},
        {Outcome::RateLimited, {About::Service, true, false, false}},
        {Outcome::ServerError, {About::Service, true, false, false}},
        {Outcome::Timeout, {About::Service, true, false, false}},
        {Outcome::Unreachable, {About::Service, true, false, false}},
        {Outcome::Cancelled, {About::Nothing, false, false, false}},
    };
    for (const auto &[outcome, row] : table) {
        const OutcomeMeaning meaning = meaningOf(outcome);
        EXPECT_EQ(meaning.about, row.about) << outcomeName(outcome);
        EXPECT_EQ(meaning.mayPass, row.mayPass) << outcomeName(outcome);
        EXPECT_EQ(meaning.probablyBilled, row.probablyBilled) << outcomeName(outcome);
        EXPECT_EQ(isAnswer(outcome), row.isAnswer) << outcomeName(outcome);
    }
}

TEST(AskedPause, isAnHourAtMost)
{
    Reply reply;
    EXPECT_EQ(askedPause(reply), 0s);
    reply.retryAfter = 120s;
    EXPECT_EQ(askedPause(reply), 120s);
    reply.retryAfter = 3601s;
    EXPECT_EQ(askedPause(reply), 3600s);
}

} // namespace
} // namespace ooto::core
