// SPDX-License-Identifier: LGPL-2.1-or-later
// What the identify server answers to what: codes, order of checks, flags, shapes.
#include "server_fixture.h"

namespace ooto::server
{
namespace
{

class Answers : public ServerTest
{
protected:
    void SetUp() override { start(); }

    void expectError(Response response, int code, const std::string &info)
    {
        EXPECT_EQ(response.status, 400u);
        EXPECT_EQ(response.code(), code) << response.body;
        EXPECT_EQ(response.text("result.info"), info);
        EXPECT_EQ(response.text("result.status"), "error");
        EXPECT_TRUE(g_uuid_string_is_valid(response.text("transactionId").c_str()));
        EXPECT_EQ(response.header["content-type"], "application/json");
    }
};

TEST_F(Answers, code1WithoutAPartPhoto)
{
    const std::string info = "photo should not be empty";
    expectError(client_->post("/identify", {{"picture", hopper()}}), 1, info);
    expectError(client_->send("/identify", "image/jpeg", hopper()), 1, info);
    expectError(client_->send("/identify", "multipart/form-data", {}), 1, info);
    expectError(client_->send("/add", "application/json", {'{', '}'}), 1, info);
}

TEST_F(Answers, code2ForAnotherMimeType)
{
    const std::string info = "wrong mime-type in input data";
    expectError(client_->post("/identify", {{"photo", hopper(), "image/gif"}}), 2, info);
    expectError(client_->post("/identify", {{"photo", hopper(), ""}}), 2, info);
    // The part's type is looked at before its bytes.
    expectError(client_->post("/identify", {{"photo", {}, "text/plain"}}), 2, info);
}

TEST_F(Answers, code3ForNoBytes)
{
    expectError(client_->identify({}), 3, "photo size is 0 bytes");
}

TEST_F(Answers, code4ForWhatCannotBeDecoded)
{
    const std::string info = "can not decode image, check it is valid jpeg or png file";
    const std::string text = "no photograph";
    expectError(client_->identify(Photo(text.begin(), text.end())), 4, info);
    const Photo half(hopper().begin(), hopper().begin() + static_cast<long>(hopper().size() / 2));
    expectError(client_->identify(half), 4, info);
    Photo png = readFile(photos::coffeeFile);
    png.resize(png.size() / 2);
    expectError(client_->post("/identify", {{"photo", png, "image/png"}}), 4, info);
    Photo bitmap;
    cv::imencode(".bmp", photos::load(photos::hopperFile), bitmap);
    expectError(client_->identify(bitmap), 4, info);
}

TEST_F(Answers, code4ForAPictureThatWouldFillTheMemory)
{
    // An IHDR of 60000x60000 px and an IEND, with no pixels between.
    const Photo bomb = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0,   0, 0,    13,
                        'I',  'H', 'D', 'R', 0,    0,    0xEA, 0x60, 0,   0, 0xEA, 0x60,
                        8,    2,   0,   0,   0,    0,    0,    0,    0,   0, 0,    0,
                        0,    'I', 'E', 'N', 'D',  0xAE, 0x42, 0x60, 0x82};
    expectError(client_->post("/identify", {{"photo", bomb, "image/png"}}), 4,
                "can not decode image, check it is valid jpeg or png file");
}

TEST_F(Answers, code5WithoutAFace)
{
    expectError(client_->identify(readFile(photos::iceFile)), 5, "can not detect face");
    expectError(client_->identify(asJpeg(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(9)))), 5,
                "can not detect face");
}

TEST_F(Answers, code6WithSeveralFaces)
{
    expectError(client_->identify(coupleJpeg()), 6, "more than one face detected on photo");
}

TEST_F(Answers, code9WithAFaceThatIsTooSmall)
{
    const cv::Mat small = photos::resized(photos::load(photos::hopperFile), 64);
    expectError(client_->identify(asJpeg(small)), 9,
                "can not extract features from sample, probably it is too small");
}

TEST_F(Answers, credentialsAreCheckedBeforeThePhoto)
{
    for (const auto &[id, key] : {std::pair{"", "demo-key"}, std::pair{"demo", ""},
                                  std::pair{"demo", "other"}, std::pair{"other", "demo-key"}}) {
        client_->appId = id;
        client_->appKey = key;
        const auto expectRefused = [](Response response) {
            EXPECT_EQ(response.status, 401u);
            EXPECT_EQ(response.code(), 401) << response.body;
        };
        expectRefused(client_->identify({}));
        expectRefused(client_->identify({}, "?check_liveness=7"));
        expectRefused(client_->add(hopper(), "x"));
        expectRefused(client_->remove("{}"));
    }
}

TEST_F(Answers, methodAndPathAreCheckedFirst)
{
    client_->appKey = "wrong";
    EXPECT_EQ(client_->send("/nothing", "text/plain", {}).status, 404u);
    EXPECT_EQ(client_->send("/identify/", "text/plain", {}).status, 404u);
    client_->method = "GET";
    Response response = client_->send("/identify", "", {});
    EXPECT_EQ(response.status, 405u);
    EXPECT_EQ(response.header["allow"], "POST");
}

TEST_F(Answers, flagsAreTrueOrFalse)
{
    for (const char *query : {"?check_liveness=1", "?check_deepfake=True", "?check_liveness",
                              "?check_liveness=true&check_deepfake=no"}) {
        Response response = client_->identify({}, query);
        EXPECT_EQ(response.status, 400u) << query;
        EXPECT_EQ(response.code(), 400) << response.body;
    }
    EXPECT_EQ(identify("?check_liveness=true&check_deepfake=false&other=1").status, 200u);
}

TEST_F(Answers, whatCannotBeJudgedIsNull)
{
    Response plain = identify();
    EXPECT_EQ(plain.status, 200u);
    EXPECT_FALSE(plain.has("result.liveness"));
    EXPECT_FALSE(plain.has("result.deepfake"));
    Response live = identify("?check_liveness=true&check_deepfake=false");
    EXPECT_TRUE(live.isNull("result.liveness"));
    EXPECT_FALSE(live.has("result.deepfake"));
    Response genuine = identify("?check_deepfake=true");
    EXPECT_TRUE(genuine.isNull("result.deepfake"));
    EXPECT_FALSE(genuine.has("result.liveness"));
}

TEST_F(Answers, sayWhatTheyWereToldToSay)
{
    AnswerStyle style;
    style.liveness = SaidVerdict{0.833, false};
    style.deepfake = SaidVerdict{0.9485, true};
    server_->setStyle(style);
    Response response = identify("?check_liveness=true&check_deepfake=true");
    EXPECT_DOUBLE_EQ(response.number("result.liveness.score"), 0.833);
    EXPECT_FALSE(json_node_get_boolean(response.at("result.liveness.fine")));
    EXPECT_DOUBLE_EQ(response.number("result.deepfake.score"), 0.9485);
    EXPECT_TRUE(json_node_get_boolean(response.at("result.deepfake.fine")));
    EXPECT_FALSE(identify().has("result.liveness"));
}

TEST_F(Answers, tellBoxAndQualityInTheDocumentedShape)
{
    Response response = identify();
    EXPECT_TRUE(g_uuid_string_is_valid(response.text("transactionId").c_str()));
    EXPECT_NE(response.text("transactionId"), identify().text("transactionId"));
    for (const char *side : {"x", "y", "w", "h"})
        EXPECT_EQ(json_node_get_value_type(response.at(std::string("result.box.") + side)),
                  G_TYPE_INT64);
    const core::Box box{response.number("result.box.x"), response.number("result.box.y"),
                        response.number("result.box.w"), response.number("result.box.h")};
    EXPECT_GT(core::iou(box, photos::hopperFace), 0.5);
    EXPECT_TRUE(response.isNull("result.landmarks")); // the cascade has none
    EXPECT_FALSE(response.has("result.quality.roll"));
    for (const char *measure : {"exposure.value", "contrast.value", "blur.score"}) {
        const double value = response.number(std::string("result.quality.") + measure);
        EXPECT_GT(value, 0) << measure;
        EXPECT_LT(value, 1) << measure;
    }
    EXPECT_TRUE(json_node_get_boolean(response.at("result.quality.blur.fine")));
}

TEST_F(Answers, theBoxIsInPixelsOfThePostedPhoto)
{
    cv::Mat large;
    cv::resize(photos::load(photos::hopperFile), large, {2000, 2000});
    Response response = client_->identify(asJpeg(large));
    const double scale = 2000.0 / 512;
    const core::Box box{response.number("result.box.x"), response.number("result.box.y"),
                        response.number("result.box.w"), response.number("result.box.h")};
    EXPECT_GT(core::iou(box, core::scaled(photos::hopperFace, scale, scale)), 0.5);
}

TEST_F(Answers, blurIsSeen)
{
    cv::Mat blurred;
    cv::GaussianBlur(photos::load(photos::hopperFile), blurred, {}, 8);
    Response response = client_->identify(asJpeg(blurred));
    ASSERT_EQ(response.status, 200u);
    EXPECT_FALSE(json_node_get_boolean(response.at("result.quality.blur.fine")));
    EXPECT_GT(response.number("result.quality.blur.score"),
              identify().number("result.quality.blur.score"));
}

TEST_F(Answers, nobodyEnrolledIsNoMatch)
{
    Response response = identify();
    EXPECT_EQ(response.status, 200u);
    EXPECT_FALSE(response.has("result.search"));
}

TEST_F(Answers, noMatchIsSpelledInThreeWays)
{
    ASSERT_EQ(client_->add(hopper(), "hopper").status, 200u);
    const auto answer = [&](NoMatch noMatch, bool older) {
        AnswerStyle style;
        style.noMatch = noMatch;
        style.olderShape = older;
        server_->setStyle(style);
        return identify();
    };
    EXPECT_FALSE(answer(NoMatch::Absent, false).has("result.search"));
    EXPECT_TRUE(answer(NoMatch::Null, false).isNull("result.search"));
    EXPECT_EQ(answer(NoMatch::Empty, false).text("result.search.templateId"), "");
    EXPECT_FALSE(answer(NoMatch::Absent, true).has("result.templateId"));
    EXPECT_TRUE(answer(NoMatch::Null, true).isNull("result.templateId"));
    EXPECT_EQ(answer(NoMatch::Empty, true).text("result.templateId"), "");
    for (const NoMatch noMatch : {NoMatch::Absent, NoMatch::Null, NoMatch::Empty})
        EXPECT_FALSE(answer(noMatch, true).has("result.similarity"));
}

TEST_F(Answers, olderShape)
{
    AnswerStyle style;
    style.olderShape = true;
    server_->setStyle(style);
    Response enrolled = client_->add(hopper(), "hopper");
    EXPECT_EQ(enrolled.text("result.templateId"), "hopper");
    EXPECT_TRUE(enrolled.has("result.face.quality"));
    Response response = identify("?check_liveness=true");
    EXPECT_FALSE(response.has("result.search"));
    EXPECT_FALSE(response.has("result.box"));
    EXPECT_EQ(response.text("result.templateId"), "hopper");
    EXPECT_GT(response.number("result.similarity"), 0.99);
    EXPECT_GT(response.number("result.face.box.w"), 100);
    EXPECT_TRUE(response.isNull("result.face.liveness"));
    EXPECT_TRUE(response.has("result.face.quality.blur.score"));
}

TEST_F(Answers, enrolIdentifyDeleteRoundTrip)
{
    Response enrolled = client_->add(hopper(), "Grace Hopper");
    EXPECT_EQ(enrolled.status, 200u);
    EXPECT_EQ(enrolled.text("result.enroll.templateId"), "Grace Hopper");
    EXPECT_TRUE(enrolled.has("result.quality.exposure.value"));
    Response found = identify();
    EXPECT_EQ(found.text("result.search.templateId"), "Grace Hopper");
    EXPECT_GT(found.number("result.search.similarity"), 0.99);
    Response removed = client_->remove(R"({"templateId": "Grace Hopper"})");
    EXPECT_EQ(removed.status, 200u);
    EXPECT_TRUE(g_uuid_string_is_valid(removed.text("transactionId").c_str()));
    EXPECT_FALSE(identify().has("result.search"));
    expectError(client_->remove(R"({"templateId": "Grace Hopper"})"), 400, "Template not found");
}

TEST_F(Answers, enrolmentWithoutAnIdGetsOne)
{
    Response enrolled = client_->add(collins(), "");
    const std::string id = enrolled.text("result.enroll.templateId");
    EXPECT_TRUE(g_uuid_string_is_valid(id.c_str())) << enrolled.body;
    EXPECT_EQ(client_->identify(collins()).text("result.search.templateId"), id);
}

TEST_F(Answers, enrolmentChecksThePhotoAndTheId)
{
    expectError(client_->add(readFile(photos::iceFile), "ice"), 5, "can not detect face");
    expectError(client_->add(coupleJpeg(), "couple"), 6, "more than one face detected on photo");
    for (const std::string &id :
         {std::string("a\nb"), std::string(81, 'x'), std::string("\xff\xfe")})
        EXPECT_EQ(client_->add(hopper(), id).status, 400u);
    EXPECT_FALSE(identify().has("result.search"));
}

TEST_F(Answers, deleteNeedsAnId)
{
    for (const std::string &json :
         {std::string(), std::string("{}"), std::string("[]"), std::string("no json"),
          std::string(R"({"templateId": 7})"), std::string(R"({"templateId": ""})"),
          std::string(1'000'000, '[')})
        EXPECT_EQ(client_->remove(json).code(), 400);
}

TEST_F(Answers, tooLargeABodyIs413)
{
    Response response = client_->identify(Photo((16 << 20) + 1, 'x'));
    EXPECT_EQ(response.status, 413u);
    EXPECT_EQ(response.code(), 413);
    EXPECT_EQ(identify().status, 200u);
}

TEST_F(Answers, theFirstGoodFaceIsEnrolledWhereThatIsAskedFor)
{
    ServerOptions options;
    options.enrolFirst = "visitor";
    start(options);
    const cv::Mat photo = photos::load(photos::hopperFile);
    // Its face has 48 px: enough to be answered, not to be enrolled.
    EXPECT_FALSE(client_->identify(asJpeg(photos::resized(photo, 112))).has("result.search"));
    Response first = identify();
    EXPECT_EQ(first.text("result.search.templateId"), "visitor");
    EXPECT_GT(first.number("result.search.similarity"), 0.99);
    Response other = client_->identify(collins());
    EXPECT_LT(other.number("result.search.similarity"), 0.75);
}

} // namespace
} // namespace ooto::server
