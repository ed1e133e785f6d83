// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/answer_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ooto::service
{
namespace
{

using core::Answer;

std::filesystem::path answers()
{
    const char *data = std::getenv("OOTO_TEST_DATA");
    return std::filesystem::path(data ? data : "tests/data") / "answers";
}

std::string read(const std::string &name)
{
    std::ifstream file(answers() / (name + ".json"));
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

Answer answerIn(const std::string &name)
{
    const auto answer = parseAnswer(read(name));
    EXPECT_TRUE(answer) << name;
    return answer.value_or(Answer());
}

std::vector<std::string> namesStartingWith(const std::string &start)
{
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(answers())) {
        const std::string name = entry.path().stem();
        if (name.substr(0, start.size()) == start)
            names.push_back(name);
    }
    EXPECT_FALSE(names.empty()) << start;
    return names;
}

const std::optional<core::Judgement> &quality(const Answer &answer, std::string_view name)
{
    const auto found = std::find(core::qualityNames.begin(), core::qualityNames.end(), name);
    return answer.quality.at(static_cast<std::size_t>(found - core::qualityNames.begin()));
}

/** An answer whose result has just this. */
Answer withResult(const std::string &fields)
{
    const auto answer = parseAnswer("{\"result\":{" + fields + "}}");
    EXPECT_TRUE(answer) << fields;
    return answer.value_or(Answer());
}

void expectTheFace(const Answer &answer)
{
    ASSERT_TRUE(answer.box);
    EXPECT_EQ(answer.box->x, 10);
    EXPECT_EQ(answer.box->y, -4);
    EXPECT_EQ(answer.box->width, 120);
    EXPECT_EQ(answer.box->height, 150);
    ASSERT_TRUE(answer.landmarks);
    EXPECT_EQ((*answer.landmarks)[0].x, 40);
    EXPECT_EQ((*answer.landmarks)[2].y, 75.5);
    EXPECT_EQ((*answer.landmarks)[4].y, 101);
    ASSERT_TRUE(answer.liveness);
    EXPECT_EQ(answer.liveness->score, 0.833);
    EXPECT_EQ(answer.liveness->fine, false);
    ASSERT_TRUE(answer.deepfake);
    EXPECT_EQ(answer.deepfake->score, 0.9485);
    EXPECT_EQ(answer.deepfake->fine, true);
    for (const auto &judgement : answer.quality)
        EXPECT_TRUE(judgement && judgement->score && judgement->fine);
    EXPECT_EQ(quality(answer, "uniformity")->score, 0.8);
    EXPECT_EQ(quality(answer, "flare")->score, 0.9967);
    EXPECT_EQ(quality(answer, "flare")->fine, false);
    EXPECT_EQ(quality(answer, "leftEyeClosed")->score, 0.03);
    EXPECT_EQ(quality(answer, "rightEyeClosed")->score, 0.04);
    EXPECT_EQ(quality(answer, "distortion")->score, 5.95949359194492e-7);
    EXPECT_EQ(answer.pitch, -3.5);
    EXPECT_EQ(answer.yaw, 12.25);
    EXPECT_EQ(answer.roll, 0);
}

TEST(AnswerFiles, everyDocumentedFieldIsRead)
{
    const Answer answer = answerIn("every-documented-field-is-read");
    EXPECT_EQ(answer.transactionId, "9191079a-4f80-4c8a-9a4b-528af2cfd3c4");
    EXPECT_EQ(answer.templateId, "0f0e0d0c-0b0a-4908-8706-050403020100");
    EXPECT_EQ(answer.similarity, 0.8125);
    expectTheFace(answer);
    EXPECT_EQ(answer.gender, "female");
    EXPECT_EQ(answer.age, 41);
    EXPECT_EQ(answer.race, "y");
}

TEST(AnswerFiles, everyFieldOfTheOlderShapeIsRead)
{
    const Answer answer = answerIn("every-field-of-the-older-shape-is-read");
    EXPECT_EQ(answer.templateId, "old-id");
    EXPECT_EQ(answer.similarity, 0.5);
    expectTheFace(answer);
    EXPECT_EQ(answer.gender, "male");
    EXPECT_EQ(answer.age, 40);
}

TEST(AnswerFiles, bothShapesAreJoinedFieldByField)
{
    const Answer answer = answerIn("both-shapes-are-joined-field-by-field");
    EXPECT_EQ(answer.templateId, "new-id");
    EXPECT_EQ(answer.similarity, 0.25);
    ASSERT_TRUE(answer.box);
    EXPECT_EQ(answer.box->x, 5);
    EXPECT_EQ(quality(answer, "blur")->score, 0.1);
    EXPECT_EQ(quality(answer, "leftEyeClosed")->score, 0.5);
    EXPECT_FALSE(quality(answer, "leftEyeClosed")->fine);
    EXPECT_FALSE(quality(answer, "flare"));
}

TEST(AnswerFiles, noMatch)
{
    for (const std::string &name : namesStartingWith("no-match-when-")) {
        const Answer answer = answerIn(name);
        EXPECT_FALSE(answer.templateId) << name;
        EXPECT_EQ(answer.box.has_value(), name.find("older") == std::string::npos) << name;
    }
    EXPECT_EQ(answerIn("no-match-when-search-is-an-object-with-blanks").similarity, 0.3);
}

TEST(AnswerFiles, noAnswer)
{
    for (const std::string &name : namesStartingWith("no-answer-when-"))
        EXPECT_FALSE(parseAnswer(read(name))) << name;
}

TEST(AnswerFiles, theTemplateIsTrimmed)
{
    EXPECT_EQ(answerIn("template-is-trimmed").templateId, "someone");
}

TEST(AnswerFiles, demographyComesBeforeQuality)
{
    const Answer answer = answerIn("demography-comes-before-quality");
    EXPECT_EQ(answer.gender, "c");
    EXPECT_EQ(answer.age, 20);
    EXPECT_EQ(answer.race, "b");
}

TEST(AnswerFiles, unknownFieldsAreIgnored)
{
    EXPECT_EQ(answerIn("unknown-fields-are-ignored").templateId, "someone");
    const Answer empty = answerIn("only-the-result-is-there");
    EXPECT_FALSE(empty.templateId || empty.similarity || empty.box || empty.landmarks ||
                 empty.liveness || empty.deepfake || empty.pitch || empty.gender || empty.age);
}

TEST(AnswerFiles, errors)
{
    const ServiceError error = parseError(read("error-of-the-documented-form"));
    EXPECT_TRUE(error.stated);
    EXPECT_EQ(error.code, 9);
    EXPECT_EQ(error.info, "can not extract features from sample, probably it is too small");
    EXPECT_EQ(parseError(read("error-without-a-code")).code, 0);
    EXPECT_EQ(parseError(read("error-without-a-code")).info, "x");
    EXPECT_FALSE(parseError(read("error-in-another-form")).stated);
}

TEST(AnswerFiles, parsingErrorsTakesAnything)
{
    for (const std::string &name : namesStartingWith("")) {
        const ServiceError error = parseError(read(name));
        EXPECT_EQ(error.stated, name.substr(0, 8) == "error-of" || name.substr(0, 8) == "error-wi")
            << name;
    }
    EXPECT_EQ(parseError(R"({"result":{"code":"5","info":7}})").code, 0);
    EXPECT_EQ(parseError(R"({"result":{"code":1e999}})").code, 0);
    EXPECT_EQ(parseError(R"({"result":{"code":-3}})").code, 0);
    EXPECT_EQ(parseError(R"({"result":{"code":5.0}})").code, 5);
    EXPECT_EQ(parseError("{\"result\":{\"info\":\"" + std::string(9999, 'x') + "\"}}").info.size(),
              256U);
    EXPECT_EQ(parseError(R"({"result":{"info":"a\nb\u0000c"}})").info, "a b c");
}

TEST(AnswerFields, numbersMustBeFiniteAndInRange)
{
    EXPECT_EQ(withResult(R"("similarity":1e-3)").similarity, 1e-3);
    EXPECT_EQ(withResult(R"("similarity":1E0)").similarity, 1);
    EXPECT_EQ(withResult(R"("similarity":-1)").similarity, -1);
    EXPECT_EQ(withResult(R"("similarity":1.0000005)").similarity, 1);
    EXPECT_EQ(withResult(R"("similarity":-1.0000005)").similarity, -1);
    for (const char *bad :
         {"1.1", "-1.1", "1e999", "-1e999", "2", "\"0.5\"", "true", "null", "[0]",
          "99999999999999999999999", "1000000000000000000", "-1000000000000000000"}) {
        const Answer answer =
            withResult("\"similarity\":" + std::string(bad) + ",\"templateId\":\"someone\"");
        EXPECT_FALSE(answer.similarity) << bad;
        EXPECT_EQ(answer.templateId, "someone") << "the rest counts";
    }
}

TEST(AnswerFields, scoresAreFromZeroToOne)
{
    EXPECT_EQ(withResult(R"("liveness":{"score":1.0000001,"fine":true})").liveness->score, 1);
    EXPECT_EQ(withResult(R"("deepfake":{"score":-0.0000001,"fine":true})").deepfake->score, 0);
    const auto odd = withResult(R"("liveness":{"score":7,"fine":true})").liveness;
    ASSERT_TRUE(odd);
    EXPECT_FALSE(odd->score);
    EXPECT_EQ(odd->fine, true);
    EXPECT_FALSE(withResult(R"("liveness":{"score":1e999,"fine":"yes"})").liveness);
    EXPECT_FALSE(withResult(R"("liveness":{})").liveness);
    EXPECT_FALSE(withResult(R"("liveness":0.5)").liveness);
    EXPECT_FALSE(withResult(R"("liveness":{"score":0.5,"fine":1})").liveness->fine);
}

TEST(AnswerFields, boxesHaveSidesAndAreNear)
{
    EXPECT_TRUE(withResult(R"("box":{"x":-100000,"y":0.5,"w":1e-3,"h":100000})").box);
    for (const char *bad :
         {R"({"x":0,"y":0,"w":0,"h":1})", R"({"x":0,"y":0,"w":1,"h":-1})",
          R"({"x":100001,"y":0,"w":1,"h":1})", R"({"x":0,"y":1e999,"w":1,"h":1})",
          R"({"x":0,"y":0,"w":1})", R"({"x":"0","y":0,"w":1,"h":1})", "[0,0,1,1]", "null"})
        EXPECT_FALSE(withResult("\"box\":" + std::string(bad)).box) << bad;
}

TEST(AnswerFields, landmarksAreFivePairs)
{
    EXPECT_TRUE(withResult(R"("landmarks":[[1,2],[3,4],[5,6],[7,8],[9,10.5]])").landmarks);
    for (const char *bad :
         {"[]", "null", "{}", "[[1,2],[3,4],[5,6],[7,8]]",
          "[[1,2],[3,4],[5,6],[7,8],[9,10],[11,12]]", "[[1,2],[3,4],[5,6],[7,8],[9]]",
          "[[1,2],[3,4],[5,6],[7,8],[9,10,11]]", "[[1,2],[3,4],[5,6],[7,8],[9,1e999]]",
          "[[1,2],[3,4],[5,6],[7,8],[9,\"10\"]]", "[[1,2],[3,4],[5,6],[7,8],null]", "[1,2,3,4,5]",
          "[[1,2],[3,4],[5,6],[7,8],[9,[10]]]"})
        EXPECT_FALSE(withResult("\"landmarks\":" + std::string(bad)).landmarks) << bad;
}

TEST(AnswerFields, agesAreWholeYears)
{
    EXPECT_EQ(withResult(R"("demography":{"age":0})").age, 0);
    EXPECT_EQ(withResult(R"("demography":{"age":150})").age, 150);
    EXPECT_EQ(withResult(R"("quality":{"age":41.0})").age, 41);
    for (const char *bad : {"41.5", "-1", "151", "\"41\"", "1e999", "null", "true"})
        EXPECT_FALSE(withResult("\"demography\":{\"age\":" + std::string(bad) + "}").age) << bad;
}

TEST(AnswerFields, anglesAreWithinHalfATurn)
{
    EXPECT_EQ(withResult(R"("quality":{"yaw":-180})").yaw, -180);
    EXPECT_FALSE(withResult(R"("quality":{"yaw":1000})").yaw);
}

TEST(AnswerFields, stringsAreShortAndPlain)
{
    const auto id = [](const std::string &json) {
        return withResult("\"templateId\":\"" + json + "\"").templateId;
    };
    EXPECT_EQ(id(std::string(256, 'x')), std::string(256, 'x'));
    EXPECT_FALSE(id(std::string(257, 'x')));
    EXPECT_EQ(id("J\\u00fcrgen \\ud83d\\ude00"), "Jürgen 😀");
    for (const char *bad : {"a\\nb", "a\\u0000b", "a\\u001bb", "a\\u0085b", "a\\u2028b",
                            "a\\ud800b", "a\\udc00", "\\u0000"})
        EXPECT_FALSE(id(bad)) << bad;
    EXPECT_EQ(id("%s%n"), "%s%n");
}

TEST(AnswerLimits, nestingAndSize)
{
    const auto deep = [](int depth) {
        return "{\"result\":{},\"x\":" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    EXPECT_TRUE(parseAnswer(deep(31)));
    EXPECT_FALSE(parseAnswer(deep(32)));
    EXPECT_FALSE(parseAnswer(deep(64)));
    EXPECT_FALSE(parseAnswer(std::string(1000000, '[')));
    EXPECT_FALSE(parseAnswer("{\"result\":" + std::string(1000000, '[')));

    std::string large = "{\"result\":{}}";
    large.resize(maxAnswerBytes, ' ');
    EXPECT_TRUE(parseAnswer(large));
    EXPECT_FALSE(parseAnswer(large + " "));
}

TEST(AnswerLimits, everyTruncationIsNoAnswer)
{
    const std::string whole = read("every-documented-field-is-read");
    const std::size_t end = whole.rfind('}');
    for (std::size_t size = 0; size <= end; ++size)
        ASSERT_FALSE(parseAnswer(whole.substr(0, size))) << size;
    EXPECT_TRUE(parseAnswer(whole));
}

TEST(AnswerLimits, everyDamagedByteIsSurvived)
{
    const std::string whole = read("every-field-of-the-older-shape-is-read");
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char damage : {'\0', '"', '{', '}', '9', '\\', '\xff', ' '}) {
            std::string damaged = whole;
            damaged[at] = damage;
            const auto answer = parseAnswer(damaged);
            if (answer) {
                ASSERT_LE(answer->similarity.value_or(0), 1);
            }
        }
    }
}

TEST(AnswerLimits, theLocaleDoesNotMatter)
{
    // With a decimal comma, strtod() would read 0,9.
    if (!std::setlocale(LC_ALL, "de_DE.UTF-8"))
        GTEST_SKIP() << "no locale with a decimal comma here";
    EXPECT_EQ(withResult(R"("similarity":0.9)").similarity, 0.9);
    std::setlocale(LC_ALL, "C");
}

} // namespace
} // namespace ooto::service
