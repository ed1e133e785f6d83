// SPDX-License-Identifier: LGPL-2.1-or-later
// What the identify server records of a request, and what it has to complain about.
#include "server_fixture.h"
#include "support/scratch_directory.h"

#include <algorithm>

namespace ooto::server
{
namespace
{

class ReceivedRequests : public ServerTest
{
protected:
    void SetUp() override { start(); }

    /** The file has a comment, which is metadata. */
    static const Photo &plain()
    {
        static const Photo photo = asJpeg(photos::load(photos::hopperFile));
        return photo;
    }

    /** The complaints of the last request, without its number. */
    std::vector<std::string> complaints() { return violationsOf(server_->requests().back()); }
};

TEST_F(ReceivedRequests, recordWhatWasSent)
{
    client_->keepConnection = true;
    identify("?check_liveness=true&check_deepfake=false");
    client_->appKey = "secret-that-is-wrong";
    client_->post("/add", {{"photo", hopper(), "image/png", "me.png"}});
    ASSERT_TRUE(server_->waitForRequests(2, std::chrono::seconds(5)));

    const std::vector<ReceivedRequest> requests = server_->requests();
    ASSERT_EQ(requests.size(), 2u);
    const ReceivedRequest &first = requests[0];
    EXPECT_EQ(first.number, 1u);
    EXPECT_EQ(first.method, "POST");
    EXPECT_EQ(first.path, "/api/v1.0/identify");
    EXPECT_EQ(first.query, "check_liveness=true&check_deepfake=false");
    EXPECT_TRUE(first.appIdRight && first.appKeyRight);
    EXPECT_EQ(first.status, 200u);
    EXPECT_EQ(first.code, 0);
    EXPECT_EQ(first.photoWidth, 512);
    EXPECT_EQ(first.photoHeight, 512);
    ASSERT_EQ(first.parts.size(), 1u);
    EXPECT_EQ(first.parts[0].contentDisposition,
              "form-data; name=\"photo\"; filename=\"photo.jpg\"");
    EXPECT_EQ(first.parts[0].contentType, "image/jpeg");
    EXPECT_EQ(first.parts[0].name, "photo");
    EXPECT_EQ(first.parts[0].fileName, "photo.jpg");
    EXPECT_EQ(first.parts[0].bytes, hopper());
    EXPECT_EQ(first.headerValue("app-id"), "demo");
    EXPECT_EQ(first.headerValue("no-such-header"), std::nullopt);

    const ReceivedRequest &second = requests[1];
    EXPECT_FALSE(second.appKeyRight);
    EXPECT_EQ(second.status, 401u);
    EXPECT_EQ(second.code, 401);
    EXPECT_GE(second.arrivedSteady, first.arrivedSteady);
    EXPECT_NE(first.remotePort, 0);
    EXPECT_EQ(second.remotePort, first.remotePort); // one connection was kept
    for (const auto &[name, value] : second.header)
        EXPECT_EQ(value.find("secret"), std::string::npos) << name;
}

TEST_F(ReceivedRequests, rightOnesAreNotComplainedAbout)
{
    client_->identify(plain(), "?check_liveness=true&check_deepfake=false");
    client_->add(plain(), "hopper");
    client_->remove(R"({"templateId": "hopper"})");
    Photo png;
    cv::imencode(".png", photos::load(photos::hopperFile), png);
    client_->post("/identify", {{"photo", png, "image/png", "photo.png"}});
    EXPECT_EQ(server_->violations(), std::vector<std::string>{});
}

TEST_F(ReceivedRequests, wrongOnesAre)
{
    using Complaints = std::vector<std::string>;
    client_->post("/identify", {{"photo", plain()}, {"extra", plain()}});
    EXPECT_EQ(complaints(), Complaints{"a part is named \"extra\""});
    client_->post("/identify", {{"photo", plain()}, {"photo", plain()}});
    EXPECT_EQ(complaints(), Complaints{"two parts are named \"photo\""});
    client_->post("/identify", {{"image", plain()}});
    EXPECT_EQ(complaints(), (Complaints{"a part is named \"image\"", "no part is named photo"}));
    client_->post("/identify", {{"photo", plain(), "image/jpeg", ""}});
    EXPECT_EQ(complaints(), Complaints{"the part photo has no file name"});
    client_->post("/identify", {{"photo", plain(), "image/png"}});
    EXPECT_EQ(complaints(),
              Complaints{"the photo's content type is \"image/png\", its bytes are image/jpeg"});
    client_->send("/identify", "image/jpeg", plain());
    EXPECT_EQ(complaints(),
              (Complaints{"the body is not multipart/form-data", "no part is named photo"}));
    client_->identify(plain(), "?check_liveness=yes&check_deepfake=&debug=1");
    EXPECT_EQ(complaints(), (Complaints{"check_liveness is \"yes\", not true or false",
                                        "check_deepfake is \"\", not true or false",
                                        "unknown query key \"debug\""}));
    client_->identify(plain(), "?check_liveness=true&check_liveness=true");
    EXPECT_EQ(complaints(), Complaints{"query key \"check_liveness\" twice"});
    client_->identify({});
    EXPECT_EQ(complaints(), Complaints{"the photo is empty"});
    Photo half = plain();
    half.resize(half.size() / 2);
    client_->identify(half);
    EXPECT_EQ(complaints(), Complaints{"the photo cannot be decoded"});
    client_->identify(readFile("/usr/share/doc/facedetect/copyright"));
    EXPECT_EQ(complaints().size(), 2u);
    EXPECT_EQ(server_->violations().size(), 16u);
    EXPECT_EQ(server_->violations().front(), "request 1: a part is named \"extra\"");
}

TEST_F(ReceivedRequests, metadataIsComplainedAbout)
{
    EXPECT_EQ(client_->identify(hopper()).status, 200u);
    EXPECT_EQ(complaints(), std::vector<std::string>{"the photo has metadata: COM"});
}

TEST_F(ReceivedRequests, areLoggedWithoutTheKeyAndPhotosKept)
{
    const test::ScratchDirectory folder;
    ServerOptions options;
    options.logFile = folder / "log";
    options.photoFolder = folder.path();
    start(options);
    identify("?check_liveness=true");
    client_->identify(readFile(photos::iceFile));
    server_.reset();

    const Photo log = readFile(folder / "log");
    const std::string text(log.begin(), log.end());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
    EXPECT_NE(text.find(R"("path":"/api/v1.0/identify","query":"check_liveness=true",)"
                        R"("status":200,"code":0,"bytes":)" +
                        std::to_string(hopper().size()) + R"(,"width":512,"height":512})"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find(R"("status":400,"code":5)"), std::string::npos) << text;
    EXPECT_EQ(text.find("demo-key"), std::string::npos);
    EXPECT_EQ(readFile(folder / "000001.jpg"), hopper());
    EXPECT_EQ(readFile(folder / "000002.jpg"), readFile(photos::iceFile));
}

} // namespace
} // namespace ooto::server
