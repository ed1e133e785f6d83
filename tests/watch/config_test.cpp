// SPDX-License-Identifier: LGPL-2.1-or-later
// What readConfig makes of files, and what it says of wrong ones.
#include "config/config_reader.h"

#include "config/property.h"
#include "element/handles.h"
#include "support/scratch_directory.h"

#include <gst/gst.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace
{

using namespace std::chrono_literals;
using namespace ooto;
using watch::Config;
using watch::Mistake;
using watch::Setting;
using watch::Settings;

/** Stands for what must never be printed. */
constexpr const char *secret = "Geh3im";

const std::string identify = "[identify]\nendpoint=http://127.0.0.1:9/\ndry-run=true\n"; // 3 lines
const std::string camera = "[camera door]\nlaunch=videotestsrc\n";                       // 2 lines

class ConfigTest : public testing::Test
{
protected:
    ConfigTest() { chmod(folder_.path().c_str(), 0755); }

    std::string write(const std::string &name, const std::string &text, mode_t mode = 0600)
    {
        const std::string path = folder_ / name;
        std::ofstream(path, std::ios::binary) << text;
        chmod(path.c_str(), mode);
        return path;
    }
    std::string drop(const std::string &name, const std::string &text)
    {
        mkdir((folder_ / "watch.d").c_str(), 0755);
        return write("watch.d/" + name, text);
    }
    auto read()
    {
        return watch::readConfig(main(), [this](const auto &name) { return find(name); });
    }
    auto read(const std::string &text)
    {
        write("watch.conf", text);
        return read();
    }
    /** What is read without a mistake; else the test fails, and says the mistakes. */
    Config good(const std::string &text)
    {
        auto config = read(text);
        if (config)
            return *config;
        ADD_FAILURE() << all(config.error());
        return {};
    }
    std::vector<Mistake> mistakes(const std::string &text)
    {
        auto config = read(text);
        return config ? std::vector<Mistake>() : config.error();
    }
    /** The only mistake of the file, as `LINE [GROUP] KEY TEXT`. */
    std::string mistake(const std::string &text)
    {
        const auto found = mistakes(text);
        EXPECT_EQ(found.size(), 1U) << all(found);
        if (found.empty())
            return {};
        EXPECT_EQ(found.front().origin.file, main());
        return line(found.front());
    }
    static std::string line(const Mistake &mistake)
    {
        std::ostringstream text;
        text << mistake.origin.line << " [" << mistake.origin.group << "] " << mistake.origin.key
             << " " << mistake.text;
        return text.str();
    }
    static std::string all(const std::vector<Mistake> &mistakes)
    {
        std::string text;
        for (const Mistake &mistake : mistakes)
            text += watch::mistakeLine(mistake) + "\n";
        return text;
    }
    std::string main() const { return folder_ / "watch.conf"; }

    std::map<std::string, std::string> environment_;
    test::ScratchDirectory folder_;

private:
    std::optional<std::string> find(const std::string &name) const
    {
        const auto found = environment_.find(name);
        return found == environment_.end() ? std::nullopt : std::optional(found->second);
    }
};

std::string valueOf(const Settings &settings, const std::string &property)
{
    for (const Setting &setting : settings) {
        if (setting.property == property)
            return setting.value.reveal();
    }
    return "(none)";
}

bool begins(const std::string &text, const std::string &start)
{
    return text.rfind(start, 0) == 0;
}

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

#define EXPECT_BEGINS(text, start) EXPECT_PRED2(begins, text, start)
#define EXPECT_HAS(text, part) EXPECT_PRED2(has, text, part)

} // namespace

TEST_F(ConfigTest, readsWhatTheIssueShows)
{
    write("ooto.conf", "[ooto]\napp-id=id\napp-key=key\n");
    environment_["CREDENTIALS_DIRECTORY"] = folder_.path();
    environment_["DOOR_PASSWORD"] = secret;
    const Config config = good("[watch]\nlisten=0.0.0.0:9464\npage-listen=127.0.0.1:9465\n"
                               "[identify]\ncredentials-file=${CREDENTIALS_DIRECTORY}/ooto.conf\n"
                               "labels-file=" +
                               folder_.path() +
                               "/labels.conf\n"
                               "[publish home]\nuri=mqtts://ooto@broker.local\n"
                               "home-assistant=true\n[cameras]\nrtsp-latency=300\n"
                               "[camera door]\nuri=rtsp://10.0.0.7/main\nuser-id=viewer\n"
                               "user-pw=${DOOR_PASSWORD}\nanalysis-rate=5/1\n"
                               "[camera yard]\nuri=rtsp://10.0.0.8/sub\nactive=false\n"
                               "publish=home\n");
    EXPECT_EQ(config.server.listen, "0.0.0.0:9464");
    EXPECT_EQ(config.server.pageListen, "127.0.0.1:9465");
    ASSERT_EQ(config.targets.size(), 1U);
    EXPECT_EQ(config.targets[0].name, "home");
    EXPECT_EQ(valueOf(config.targets[0].properties, "home-assistant"), "true");
    ASSERT_EQ(config.cameras.size(), 2U);
    const watch::CameraConfig &door = config.cameras[0];
    EXPECT_EQ(door.name, "door");
    EXPECT_EQ(door.uri, "rtsp://10.0.0.7/main");
    EXPECT_EQ(door.userId, "viewer");
    EXPECT_STREQ(door.userPw.reveal(), secret);
    EXPECT_EQ(door.latency, 300ms);
    EXPECT_EQ(door.stallTimeout, 10s);
    EXPECT_EQ(door.restartMax, 30s);
    EXPECT_EQ(door.preview, "fakesink");
    EXPECT_TRUE(door.active);
    EXPECT_EQ(door.targets, std::vector<std::string>{"home"});
    EXPECT_EQ(valueOf(door.identify, "analysis-rate"), "5/1");
    EXPECT_EQ(valueOf(door.identify, "credentials-file"), folder_ / "ooto.conf");
    EXPECT_EQ(door.origin.line, 12U);
    EXPECT_FALSE(config.cameras[1].active);
    EXPECT_EQ(valueOf(config.cameras[1].identify, "active"), "(none)");
    ASSERT_EQ(config.warnings.size(), 1U) << all(config.warnings); // the labels may come later
    EXPECT_EQ(config.warnings[0].origin.line, 6U);
}

TEST_F(ConfigTest, hasDefaultsWhereNothingIsSaid)
{
    const Config config = good(identify + camera);
    EXPECT_EQ(config.server.listen, "127.0.0.1:9464");
    EXPECT_EQ(config.server.pageListen, "");
    EXPECT_EQ(config.server.log, watch::LogFormat::Text);
    EXPECT_TRUE(config.targets.empty());
    EXPECT_EQ(config.cameras.at(0).transport, watch::Transport::Tcp);
    EXPECT_EQ(config.cameras.at(0).latency, 200ms);
    EXPECT_TRUE(config.warnings.empty()) << all(config.warnings);
}

TEST_F(ConfigTest, putsCameraOverCamerasOverIdentify)
{
    const Config config = good("[camera a]\nlaunch=videotestsrc\ntimeout=3\nstall-timeout=700\n"
                               "[camera b]\nlaunch=videotestsrc\nactive=true\n"
                               "[cameras]\ntimeout=2\nmax-attempts=7\nstall-timeout=500\n"
                               "restart-max=0.25\ntransport=udp\n"
                               "[identify]\ntimeout=1\nmax-attempts=1\nhold-time=9\ndry-run=1\n"
                               "active=false\n");
    ASSERT_EQ(config.cameras.size(), 2U);
    const auto &a = config.cameras[0];
    const auto &b = config.cameras[1];
    EXPECT_EQ(valueOf(a.identify, "timeout"), "3");
    EXPECT_EQ(valueOf(b.identify, "timeout"), "2");
    EXPECT_EQ(valueOf(b.identify, "max-attempts"), "7");
    EXPECT_EQ(valueOf(b.identify, "hold-time"), "9");
    EXPECT_EQ(std::count_if(a.identify.begin(), a.identify.end(),
                            [](const Setting &setting) { return setting.property == "timeout"; }),
              1);
    EXPECT_EQ(a.stallTimeout, 700ms);
    EXPECT_EQ(b.stallTimeout, 500ms);
    EXPECT_EQ(b.restartMax, 250ms);
    EXPECT_EQ(b.transport, watch::Transport::Udp);
    EXPECT_FALSE(a.active);
    EXPECT_TRUE(b.active);
}

TEST_F(ConfigTest, readsTheFolderBesideItByName)
{
    drop("20-yard.conf", "[camera yard]\nlaunch=videotestsrc\n");
    drop("10-gate.conf", "[cameras]\nrtsp-latency=50\n[camera gate]\nlaunch=videotestsrc\n");
    drop("15-cellar.conf~", "not a file of ours");
    drop(".16-hidden.conf", "nor this");
    const Config config = good(identify + "[cameras]\nstall-timeout=900\n" + camera);
    ASSERT_EQ(config.cameras.size(), 3U);
    EXPECT_EQ(config.cameras[0].name, "door");
    EXPECT_EQ(config.cameras[1].name, "gate");
    EXPECT_EQ(config.cameras[2].name, "yard");
    EXPECT_EQ(config.cameras[1].origin.file, folder_ / "watch.d/10-gate.conf");
    EXPECT_EQ(config.cameras[0].latency, 50ms); // a group without name goes on
    EXPECT_EQ(config.cameras[2].stallTimeout, 900ms);
}

TEST_F(ConfigTest, saysWhichFileOfTheFolderIsWrong)
{
    const std::string file = drop("10-gate.conf", "\n[camera gate]\nlaunch=videotestsrc\nfoo=1\n");
    const auto found = mistakes(identify + camera + "bar=1\n");
    ASSERT_EQ(found.size(), 2U) << all(found);
    EXPECT_BEGINS(line(found[0]), "6 [camera door] bar is no key");
    EXPECT_EQ(found[1].origin.file, file);
    EXPECT_BEGINS(line(found[1]), "4 [camera gate] foo is no key");
    EXPECT_BEGINS(watch::mistakeLine(found[1]), file + ":4: [camera gate] foo: is no key");
}

TEST_F(ConfigTest, takesNoGroupAndNoKeyTwice)
{
    EXPECT_EQ(mistake(identify + camera + "timeout=1\ntimeout=2\n"),
              "7 [camera door] timeout stands twice; first in line 6");
    EXPECT_EQ(mistake(identify + camera + camera),
              "6 [camera door]  stands twice; first in line 4");
    EXPECT_EQ(mistake(identify + camera + "[identify]\ntimeout=1\n"),
              "6 [identify]  stands twice; first in line 1");
    EXPECT_EQ(mistake(identify + camera + "[publish a]\nuri=tcp://localhost:9\n[publish  a]\n"),
              "8 [publish a]  stands twice; first in line 6");
}

TEST_F(ConfigTest, takesNothingTwiceOverFiles)
{
    drop("10.conf", "[camera door]\nlaunch=videotestsrc\n[identify]\ntimeout=1\ndry-run=true\n");
    const auto found = mistakes(identify + camera);
    ASSERT_EQ(found.size(), 2U) << all(found);
    EXPECT_EQ(line(found[0]), "1 [camera door]  stands twice; first in line 4 of " + main());
    EXPECT_EQ(line(found[1]), "5 [identify] dry-run stands twice; first in line 3 of " + main());
}

TEST_F(ConfigTest, namesLineAndKeyOfEachMistake)
{
    struct Case {
        std::string lines; ///< after `identify`, so that they begin in line 4
        std::string mistake;
    };
    const std::string target = "[publish home]\nuri=tcp://127.0.0.1:9\n";
    const std::string rtsp = "[camera door]\nuri=rtsp://127.0.0.1:9/a\n";
    for (const Case &each : std::vector<Case>{
             {camera + "tiemout=1\n", "6 [camera door] tiemout is no key of a camera, and no "
                                      "property of ootoidentify; is `timeout` meant?"},
             {camera + "name=x\n", "6 [camera door] name is no key"},
             {camera + "camera=x\n", "6 [camera door] camera is the name of the group"},
             {camera + "stats=x\n", "6 [camera door] stats cannot be set"},
             {camera + "timeout=0\n",
              "6 [camera door] timeout takes a whole number from 1 to 3600"},
             {camera + "timeout=ten\n", "6 [camera door] timeout takes a whole number"},
             {camera + "timeout=\n", "6 [camera door] timeout takes a whole number"},
             {camera + "timeout=99999999999\n", "6 [camera door] timeout takes a whole number"},
             {camera + "max-requests-per-day=-1\n",
              "6 [camera door] max-requests-per-day takes a whole number from 0 on"},
             {camera + "min-quality=nan\n",
              "6 [camera door] min-quality takes a number from 0 to 1"},
             {camera + "min-quality=1.5\n", "6 [camera door] min-quality takes a number"},
             {camera + "jpeg-quality=101\n",
              "6 [camera door] jpeg-quality takes a whole number from 1 to 100"},
             {camera + "analysis-rate=5/0\n",
              "6 [camera door] analysis-rate takes a fraction such as 5/1"},
             {camera + "analysis-rate=5/1 # often\n",
              "6 [camera door] analysis-rate takes a fraction"},
             {camera + "detector=yunnet\n", "6 [camera door] detector takes one of auto, yunet"},
             {camera + "facts=identity+age\n",
              "6 [camera door] facts takes some of identity, liveness"},
             {camera + "check-liveness=maybe\n", "6 [camera door] check-liveness takes true or"},
             {camera + "active=maybe\n", "6 [camera door] active takes true or false"},
             {camera + "rtsp-latency=-1\n",
              "6 [camera door] rtsp-latency takes a whole number of milliseconds from 0 to 60000"},
             {camera + "stall-timeout=10s\n", "6 [camera door] stall-timeout takes a whole number"},
             {camera + "stall-timeout=1\n", "6 [camera door] stall-timeout takes a whole number"},
             {camera + "restart-max=0\n",
              "6 [camera door] restart-max takes a number of seconds from 0.01 to 86400"},
             {camera + "restart-max=inf\n", "6 [camera door] restart-max takes a number"},
             {camera + "transport=sctp\n", "6 [camera door] transport takes one of tcp, udp, auto"},
             {target + camera + "publish=hone\n", "8 [camera door] publish names a target that is "
                                                  "not there: [publish hone]; is `home` meant?"},
             {camera + "uri=rtsp://127.0.0.1/\n",
              "4 [camera door]  has both uri and launch; one of them is enough"},
             {"[camera door]\ntimeout=1\n", "4 [camera door]  needs uri, or launch"},
             {"[camera door]\nuri=127.0.0.1/main\n", "5 [camera door] uri is no uri"},
             {"[camera door]\nuri=rtsp://\n", "5 [camera door] uri names no host"},
             {"[camera door]\nuri=rtsp://h:70000/\n", "5 [camera door] uri is no uri"},
             {"[camera door]\nuri=onvif://127.0.0.1/\n",
              "5 [camera door] uri has a scheme that is not known here; it takes rtsp://HOST"},
             {"[camera door]\nuri=file://clip.mp4\n",
              "5 [camera door] uri takes three slashes before the path"},
             {"[camera door]\nuri=v4l2://\n", "5 [camera door] uri names no file or device"},
             {"[camera door]\nuri=rtsp://h/a b\n", "5 [camera door] uri has spaces"},
             {"[camera door]\nuri=rtsp://me:Geh3im@127.0.0.1/a\n",
              "5 [camera door] uri has a password in it; set user-id and user-pw"},
             {"[camera door]\nuri=rtsp://me%3AGeh3im@127.0.0.1/a\n",
              "5 [camera door] uri has a password in it"},
             {"[camera door]\nuri=rtsp://me@127.0.0.1/a\n",
              "5 [camera door] uri has a user in it; set user-id"},
             {rtsp + "user-pw=Geh3im\n", "6 [camera door] user-pw needs user-id beside it"},
             {camera + "user-id=me\n", "6 [camera door] user-id goes with uri; in launch"},
             {"[cameras]\nuri=rtsp://127.0.0.1/\n" + camera,
              "5 [cameras] uri belongs in [camera NAME]"},
             {"[camera door]\nlaunch=videotestsrc !\n",
              "5 [camera door] launch is not understood by gst-launch"},
             {"[camera door]\nlaunch=videotestsrcs\n",
              "5 [camera door] launch is not understood by gst-launch: no element "
              "\"videotestsrcs\""},
             {"[camera door]\nlaunch=videotestsrc colour=red\n",
              "5 [camera door] launch is not understood by gst-launch: no property \"colour\""},
             {"[camera door]\nlaunch=videotestsrc pattern=Geh3im\n",
              "5 [camera door] launch is not understood by gst-launch: could not set property "
              "\"pattern\""},
             {"[camera door]\nlaunch=videoconvert\n",
              "5 [camera door] launch has to begin with a source"},
             {"[camera door]\nlaunch=videotestsrc ! fakesink\n",
              "5 [camera door] launch has nothing at its end"},
             {"[camera door]\nlaunch=\n", "5 [camera door] launch is empty"},
             {camera + "preview=videoconvert\n", "6 [camera door] preview has to end in a sink"},
             {camera + "preview=videoconvert ! fakesinks\n",
              "6 [camera door] preview is not understood by gst-launch: no element"},
             {camera + "preview=videotestsrc ! fakesink\n",
              "6 [camera door] preview takes nothing in at its start"},
             {camera + "[watch]\nport=1\n", "7 [watch] port is no key of [watch]"},
             {camera + "[watch]\nlisten=9464\n", "7 [watch] listen takes HOST:PORT"},
             {camera + "[watch]\nlisten=127.0.0.1:70000\n", "7 [watch] listen takes HOST:PORT"},
             {camera + "[watch]\nlisten=::1:80\n", "7 [watch] listen takes HOST:PORT"},
             {camera + "[watch]\nlisten=http://127.0.0.1:80\n", "7 [watch] listen takes HOST:PORT"},
             {camera + "[watch]\nlog=xml\n", "7 [watch] log takes one of text, json"},
             {camera + "[watch]\npage-listen=0.0.0.0:9465\n",
              "7 [watch] page-listen lets other machines in"},
             {camera + "[watch]\npage-listen=0.0.0.0:9465\npage-allow-http=perhaps\n",
              "8 [watch] page-allow-http takes true or false"},
             {camera + "[watch]\npage-listen=127.0.0.1:9464\n",
              "7 [watch] page-listen is the same address"},
             {camera + "[watch]\ntoken-file=/nowhere/at/all\n",
              "7 [watch] token-file names a file that cannot be read"},
             {camera + "[watch]\nallowed-hosts=http://door.local\n",
              "7 [watch] allowed-hosts takes names of hosts"},
             {camera + "[publish]\n", "6 [publish]  needs a name"},
             {camera + "[publish home]\n", "6 [publish home]  needs uri"},
             {camera + target + "url=x\n",
              "8 [publish home] url is no property of ootopublish; is `uri` meant?"},
             {camera + target + "photos=all\n",
              "8 [publish home] photos takes one of none, message, file, both"},
             {camera + target + "extra-headers=x=\n",
              "8 [publish home] extra-headers takes a GstStructure"},
             {camera + "[publish home]\nuri=ftp://127.0.0.1/\n",
              "7 [publish home] uri has a scheme that is not known here"},
             {camera + "[publish home]\nuri=mqtt://me:Geh3im@127.0.0.1\n",
              "7 [publish home] uri has a password in it"},
             {camera + "[publish home]\nuri=kafka://me:Geh3im@b1,b2/x\n",
              "7 [publish home] uri has a password in it"},
             {camera + "[publish home]\nuri=kafka://b1,/x\n", "7 [publish home] uri names no host"},
             {camera + "[publish home]\nuri=kafka://b1,b2:0/x\n",
              "7 [publish home] uri names no host or port"},
             {camera + "[publish home]\nuri=tcp://127.0.0.1\n",
              "7 [publish home] uri names no port"},
             {camera + "labels-file=/nowhere/at/all\n",
              "6 [camera door] labels-file names a file that cannot be read"},
             {camera + "model=/nowhere\n", "6 [camera door] model names a file that cannot"},
             {camera + "ssl-ca-file=/\n",
              "6 [camera door] ssl-ca-file names a file that is a directory"},
             {camera + "[camera]\n", "6 [camera]  needs a name"},
             {camera + "[camera /door]\nlaunch=videotestsrc\n",
              "6 [camera /door]  has a name that does not begin with a letter"},
             {camera + "[camera a/b]\nlaunch=videotestsrc\n",
              "6 [camera a/b]  has a name with other characters"},
             {camera + "[watch door]\n", "6 [watch door]  has no name here"},
             {camera + "[publisch home]\n", "6 [publisch home]  is no group that is known"},
             {camera + "password Geh3im\n", "6 []  is neither a comment"},
             {camera + "[watch\n", "6 []  is neither a comment"},
             {camera + "user-agent=a\\b\n", "6 [camera door] user-agent has a backslash"},
             {camera + "user-agent=${}\n", "6 [camera door] user-agent has a `${` without a name"},
             {camera + "user-agent=${A B}\n", "6 [camera door] user-agent has a `${` without"},
             {camera + "user-agent=${VAR\n", "6 [camera door] user-agent has a `${` without its"},
             {camera + "user-agent=${VAR}\n", "6 [camera door] user-agent ${VAR} is not set"},
             {"[camera door]\nuri=${VAR}\n", "5 [camera door] uri ${VAR} is not set"},
         }) {
        SCOPED_TRACE(each.lines);
        const std::string said = mistake(identify + each.lines);
        EXPECT_BEGINS(said, each.mistake);
        EXPECT_FALSE(has(said, secret));
    }
}

TEST_F(ConfigTest, tellsAllMistakesAtOnceInTheirOrder)
{
    const auto found = mistakes("[camera door]\nlaunch=nothing\nfoo=1\n[cameras]\n"
                                "rtsp-latency=x\n[watch]\nlog=x\n[identify]\ndry-run=true\n");
    ASSERT_EQ(found.size(), 4U) << all(found);
    EXPECT_EQ(found[0].origin.line, 2U);
    EXPECT_EQ(found[1].origin.line, 3U);
    EXPECT_EQ(found[2].origin.line, 5U);
    EXPECT_EQ(found[3].origin.line, 7U);
}

TEST_F(ConfigTest, tellsAMistakeInADefaultOnce)
{
    EXPECT_BEGINS(mistake(identify + "[cameras]\nuser-pw=Geh3im\n[camera a]\nuri=rtsp://h/\n"
                                     "[camera b]\nuri=rtsp://h/\n"),
                  "5 [cameras] user-pw needs user-id");
}

TEST_F(ConfigTest, needsACamera)
{
    EXPECT_BEGINS(mistake(identify), "0 []  has no [camera NAME]");
    EXPECT_BEGINS(mistake(""), "0 []  has no [camera NAME]");
}

TEST_F(ConfigTest, needsTheFile)
{
    auto config = read();
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 1U) << all(config.error());
    EXPECT_HAS(watch::mistakeLine(config.error()[0]), "watch.conf: cannot be read (No such file");
}

TEST_F(ConfigTest, readsUtf8Only)
{
    EXPECT_BEGINS(mistake(identify + "[camera door]\n# T\xfcr\nlaunch=videotestsrc\n"),
                  "5 []  is not UTF-8");
    EXPECT_BEGINS(mistake(std::string("\xff\xfe[\0w\0]\0", 8)), "0 []  is written as UTF-16");
    EXPECT_EQ(good("\xef\xbb\xbf" + identify + "[camera T\xc3\xbcr]\r\nlaunch=videotestsrc\r\n")
                  .cameras.at(0)
                  .name,
              "T\xc3\xbcr");
}

TEST_F(ConfigTest, readsNoFileThatOthersCanWrite)
{
    for (const mode_t mode : {0620, 0602}) {
        write("watch.conf", identify + camera, mode);
        chmod(main().c_str(), mode);
        auto config = read();
        ASSERT_FALSE(config);
        ASSERT_EQ(config.error().size(), 1U) << all(config.error());
        EXPECT_HAS(config.error()[0].text, "can be written by others; run: chmod go-w " + main());
    }
}

TEST_F(ConfigTest, readsNoFileInAFolderThatOthersCanWrite)
{
    write("watch.conf", identify + camera);
    chmod(folder_.path().c_str(), 0777);
    EXPECT_BEGINS(mistake(identify + camera), "0 []  lies in a folder that others can write");
    chmod(folder_.path().c_str(), 01777); // as /tmp: nobody can put another one in its place
    EXPECT_TRUE(bool(read()));
}

TEST_F(ConfigTest, readsNoFolderThatOthersCanWrite)
{
    const std::string more = drop("10.conf", "[camera gate]\nlaunch=videotestsrc\n");
    chmod((folder_ / "watch.d").c_str(), 01777);
    const auto found = mistakes(identify + camera);
    ASSERT_EQ(found.size(), 1U) << all(found);
    EXPECT_EQ(found[0].origin.file, folder_ / "watch.d");
    EXPECT_HAS(found[0].text, "could add files");
}

TEST_F(ConfigTest, refusesCredentialsThatTheElementRefuses)
{
    const std::string keys = write("ooto.conf", "[ooto]\napp-id=i\napp-key=Geh3im\n", 0644);
    const std::string text = "[identify]\ncredentials-file=" + keys + "\n" + camera;
    EXPECT_BEGINS(mistake(text), "2 [identify] credentials-file names a file that is open to");
    chmod(keys.c_str(), 0640);
    good(text);
}

TEST_F(ConfigTest, needsCredentialsToAskWith)
{
    EXPECT_BEGINS(mistake("[camera a]\nlaunch=videotestsrc\n[camera b]\nlaunch=videotestsrc\n"),
                  "1 [camera a]  has no app-id and app-key to ask the service with");
    const std::string keys = write("ooto.conf", "[ooto]\napp-id=i\n");
    EXPECT_BEGINS(mistake("[identify]\ncredentials-file=" + keys + "\n" + camera),
                  "3 [camera door]  has no app-key to ask");
    environment_["OOTO_APP_KEY"] = secret;
    good("[identify]\ncredentials-file=" + keys + "\n" + camera);
}

TEST_F(ConfigTest, takesATargetFromItsCredentials)
{
    const std::string keys = write("home.conf", "[publish]\nuri=tcp://127.0.0.1:9\n");
    good(identify + camera + "[publish home]\ncredentials-file=" + keys + "\n");
}

TEST_F(ConfigTest, takesAClusterAsATarget)
{
    const Config config =
        good(identify + camera + "[publish home]\nuri=kafkas://me@b1.local,b2.local:9093/faces\n");
    ASSERT_EQ(config.targets.size(), 1U);
    EXPECT_EQ(valueOf(config.targets[0].properties, "uri"),
              "kafkas://me@b1.local,b2.local:9093/faces");
}

TEST_F(ConfigTest, warnsOnceOfASecretThatEverybodyCanRead)
{
    const std::string text = identify + "proxy-pw=Geh3im\n[camera door]\n" +
                             "uri=rtsp://127.0.0.1:9/\nuser-id=me\nuser-pw=Geh3im\n";
    EXPECT_TRUE(good(text).warnings.empty());
    chmod(main().c_str(), 0644);
    auto config = read();
    ASSERT_TRUE(bool(config));
    const auto &warnings = (*config).warnings;
    ASSERT_EQ(warnings.size(), 1U) << all(warnings);
    EXPECT_BEGINS(line(warnings[0]), "4 [identify] proxy-pw is a secret in a file that everybody");
    EXPECT_FALSE(has(all(warnings), secret));
}

TEST_F(ConfigTest, warnsOfSecretFilesThatEverybodyCanRead)
{
    const std::string tokens = write("tokens", "", 0644);
    const auto warnings = good(identify + camera + "[watch]\ntoken-file=" + tokens + "\n").warnings;
    ASSERT_EQ(warnings.size(), 1U) << all(warnings);
    EXPECT_BEGINS(line(warnings[0]), "7 [watch] token-file names a secret that everybody");
}

TEST_F(ConfigTest, letsThePageOutWithTlsOrAWord)
{
    const std::string certificate = write("cert.pem", "");
    const std::string key = write("key.pem", "");
    const std::string page = identify + camera + "[watch]\npage-listen=0.0.0.0:9465\n";
    good(page + "page-allow-http=true\n");
    good(page + "page-cert=" + certificate + "\npage-key=" + key + "\n");
    EXPECT_BEGINS(mistake(page + "page-cert=" + certificate + "\n"),
                  "8 [watch] page-cert needs page-key beside it");
}

TEST_F(ConfigTest, choosesTargetsByName)
{
    const std::string targets = "[publish a]\nuri=tcp://127.0.0.1:9\n[publish b]\n"
                                "uri=tcp://127.0.0.1:8\n[publish c]\nuri=tcp://127.0.0.1:7\n";
    const auto chosen = [&](const std::string &line) {
        return good(identify + targets + camera + line).cameras.at(0).targets;
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(chosen(""), (Names{"a", "b", "c"}));
    EXPECT_EQ(chosen("publish=c, a\n"), (Names{"a", "c"}));
    EXPECT_EQ(chosen("publish=b;c\n"), (Names{"b", "c"}));
    EXPECT_EQ(chosen("publish=\n"), Names{});
}

TEST_F(ConfigTest, replacesVariables)
{
    environment_ = {{"SET", "v"}, {"EMPTY", ""}, {"HARD", "a b\"c'd!e=f\\g${SET}"}};
    const auto agent = [&](const std::string &value) {
        return valueOf(
            good(identify + camera + "user-agent=" + value + "\n").cameras.at(0).identify,
            "user-agent");
    };
    EXPECT_EQ(agent("x${SET}y${SET}"), "xvyv");
    EXPECT_EQ(agent("${NOT:other}"), "other");
    EXPECT_EQ(agent("${NOT:}"), "");
    EXPECT_EQ(agent("${NOT:a:b}"), "a:b");
    EXPECT_EQ(agent("${EMPTY:other}"), "other");
    EXPECT_EQ(agent("x${EMPTY}"), "x");
    EXPECT_EQ(agent("${SET:other}"), "v");
    EXPECT_EQ(agent("${HARD}"), environment_["HARD"]); // once, and nothing in it means anything
    EXPECT_EQ(agent("pa$word$$"), "pa$word$$");
    EXPECT_EQ(agent("$${SET}"), "${SET}");
    EXPECT_EQ(agent("\\s a\\s"), "  a ");
    EXPECT_EQ(agent("a  \t"), "a");
    EXPECT_EQ(agent("\"a\""), "\"a\"");
}

TEST_F(ConfigTest, doesNotTakeBytesThatAreNoText)
{
    environment_["VAR"] = "\xff";
    EXPECT_EQ(mistake(identify + camera + "user-agent=${VAR}\n"),
              "6 [camera door] user-agent ${VAR} is not UTF-8");
}

namespace
{

/** What gst-launch makes of the line: the elements, and the property `location` of `it`. */
std::string locationIn(const char *line, int &elements)
{
    GError *error = nullptr;
    const system::ObjectHandle<GstElement> bin(
        static_cast<GstElement *>(gst_object_ref_sink(gst_parse_bin_from_description_full(
            line, FALSE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error))));
    EXPECT_EQ(error, nullptr);
    elements = GST_BIN_NUMCHILDREN(bin.get());
    const system::ObjectHandle<GstElement> it(gst_bin_get_by_name(GST_BIN(bin.get()), "it"));
    char *location = nullptr;
    g_object_get(it.get(), "location", &location, nullptr);
    const system::CharsHandle owned(location);
    return location ? location : "(none)";
}

} // namespace

TEST_F(ConfigTest, keepsAVariableOneWordInALaunchLine)
{
    for (const std::string value : {"plain",
                                    "a b",
                                    " a ",
                                    "!",
                                    "a ! fakesink",
                                    "\"",
                                    "'",
                                    "a\"b' c",
                                    "x=y",
                                    "a=b name=c",
                                    "back\\slash",
                                    "\\",
                                    "\\\\",
                                    "(",
                                    "a;b,c",
                                    "https://h/p?q=1&r=\"2\"",
                                    "T\xc3\xbcr",
                                    "${X}",
                                    "\"a\"",
                                    "\"\xc3\xbc 7\"x",
                                    "NULL",
                                    "a\" ! fakesink name=\"b",
                                    "it. ! fakesink"}) {
        SCOPED_TRACE(value);
        environment_["VAR"] = value;
        for (const std::string line : {"filesrc name=it location=${VAR} ! identity",
                                       "filesrc name=it location= ${VAR} ! "
                                       "identity",
                                       "filesrc location=${VAR} name=it ! identity"}) {
            const Config config = good(identify + "[camera door]\nlaunch=" + line + "\n");
            ASSERT_EQ(config.cameras.size(), 1U);
            int elements = 0;
            EXPECT_EQ(locationIn(config.cameras[0].launch.reveal(), elements), value)
                << config.cameras[0].launch.reveal();
            EXPECT_EQ(elements, 2);
        }
    }
}

TEST_F(ConfigTest, keepsAVariableInsideQuotesAndWords)
{
    environment_["VAR"] = "a \"b\" ! c";
    int elements = 0;
    const auto location = [&](const std::string &written) {
        const Config config =
            good(identify + "[camera door]\nlaunch=filesrc name=it location=" + written +
                 " ! identity\n");
        return config.cameras.empty() ? ""
                                      : locationIn(config.cameras[0].launch.reveal(), elements);
    };
    EXPECT_EQ(location("\"x y ${VAR} z\""), "x y a \"b\" ! c z");
    EXPECT_EQ(elements, 2);
    environment_["MARK"] = "\"";
    EXPECT_EQ(location("\"${MARK}\""), "\"");
    EXPECT_EQ(elements, 2);
    EXPECT_EQ(location("/x/${VAR}/z"), "/x/a \"b\" ! c/z");
    EXPECT_EQ(elements, 2);
}

TEST_F(ConfigTest, takesNoBackslashThatWouldSwallowWhatFollows)
{
    environment_["VAR"] = "a\\";
    for (const std::string value : {"/x/${VAR}", "\"x ${VAR}\"", "'${VAR}'"}) {
        EXPECT_BEGINS(
            mistake(identify + "[camera door]\nlaunch=filesrc location=" + value + " ! identity\n"),
            "5 [camera door] launch ${VAR} stands for something that ends in a backslash");
    }
    good(identify + "[camera door]\nlaunch=filesrc location=${VAR}/x ! identity\n");
}

TEST_F(ConfigTest, leavesAnEmptyVariableEmpty)
{
    environment_["VAR"] = "";
    for (const std::string line : {"filesrc name=it location=${VAR} ! identity",
                                   "filesrc name=it location=${VAR}${VAR} ! "
                                   "identity",
                                   "filesrc name=it location=\"${VAR}\" ! identity"}) {
        const Config config = good(identify + "[camera door]\nlaunch=" + line + "\n");
        ASSERT_EQ(config.cameras.size(), 1U);
        int elements = 0;
        EXPECT_EQ(locationIn(config.cameras[0].launch.reveal(), elements), "");
        EXPECT_EQ(elements, 2);
    }
}

TEST_F(ConfigTest, takesLinesThatEndInCapsOrInPadsToCome)
{
    environment_["WIDTH"] = "320";
    for (const std::string line :
         {"videotestsrc", "videotestsrc ! video/x-raw,width=320",
          "videotestsrc ! video/x-raw,width=${WIDTH}", "filesrc location=/x ! decodebin",
          "rtspsrc location=rtsp://127.0.0.1:9/", "videotestsrc ! tee name=t  t. ! queue"})
        good(identify + "[camera door]\nlaunch=" + line + "\n");
}

TEST_F(ConfigTest, letsNoVariableBringElements)
{
    environment_["VAR"] = "videotestsrc ! identity";
    EXPECT_BEGINS(mistake(identify + "[camera door]\nlaunch=${VAR}\n"),
                  "5 [camera door] launch is not understood by gst-launch");
    environment_["VAR"] = "a\nb";
    EXPECT_EQ(mistake(identify + "[camera door]\nlaunch=filesrc location=${VAR}\n"),
              "5 [camera door] launch ${VAR} stands for something with a line break or control "
              "character");
}

TEST_F(ConfigTest, keepsAVariableOneWordInAPreview)
{
    environment_["VAR"] = "a ! b.mp4";
    const Config config = good(identify + camera + "preview=filesink name=it location=${VAR}\n");
    int elements = 0;
    EXPECT_EQ(locationIn(config.cameras.at(0).preview.c_str(), elements), "a ! b.mp4");
}

TEST_F(ConfigTest, neverTellsWhatAVariableStandsFor)
{
    const std::string target = "[publish home]\nuri=tcp://127.0.0.1:9\n";
    for (const std::string value : {secret, "Geh3im!", "Geh3im =x", "rtsp://me:Geh3im@h/"}) {
        environment_["VAR"] = value;
        for (const std::string &lines : std::vector<std::string>{
                 camera + "timeout=${VAR}\n",
                 camera + "min-quality=${VAR}\n",
                 camera + "detector=${VAR}\n",
                 camera + "facts=${VAR}\n",
                 camera + "analysis-rate=${VAR}\n",
                 camera + "active=${VAR}\n",
                 camera + "credentials-file=${VAR}\n",
                 camera + "model=${VAR}/x\n",
                 camera + "labels-file=/nowhere/${VAR}/x\n",
                 camera + "transport=${VAR}\n",
                 camera + "rtsp-latency=${VAR}\n",
                 camera + "restart-max=${VAR}\n",
                 target + camera + "publish=${VAR}\n",
                 "[camera door]\nuri=${VAR}\n",
                 "[camera door]\nlaunch=${VAR}\n",
                 "[camera door]\nlaunch=videotestsrc ${VAR}=1\n",
                 "[camera door]\nlaunch=videotestsrc pattern=${VAR}\n",
                 "[camera door]\nlaunch=videotestsrc is-live=${VAR} nothing=${VAR}\n",
                 "[camera door]\nlaunch=${VAR} ! identity\n",
                 "[camera door]\nlaunch=videotestsrc ! video/x-raw,width=${VAR} ! nothing\n",
                 "[camera door]\nlaunch=${VAR}. ! identity\n",
                 camera + "preview=${VAR}\n",
                 camera + "[watch]\nlisten=${VAR}\n",
                 camera + "[watch]\nlog=${VAR}\n",
                 camera + "[watch]\nallowed-hosts=${VAR}/\n",
                 camera + "[watch]\npage-allow-http=${VAR}\n",
                 camera + "[watch]\ntoken-file=${VAR}\n",
                 camera + "[publish home]\nuri=ftp:${VAR}\n",
                 camera + target + "photos=${VAR}\n"}) {
            SCOPED_TRACE(lines);
            const auto found = mistakes(identify + lines);
            EXPECT_FALSE(found.empty());
            EXPECT_FALSE(has(all(found), secret)) << all(found);
        }
        const auto warnings = good(identify + "[camera door]\nuri=file:///tmp/Geh3im/none.mp4\n" +
                                   "user-agent=${VAR}\n")
                                  .warnings;
        EXPECT_FALSE(warnings.empty());
        EXPECT_FALSE(has(all(warnings), secret)) << all(warnings);
    }
}

TEST_F(ConfigTest, tellsNoPathThatAVariableStandsFor)
{
    environment_["VAR"] = write("Geh3im", "[ooto]\napp-id=i\napp-key=k\n", 0644);
    const std::string said = mistake(identify + camera + "credentials-file=${VAR}\n");
    EXPECT_BEGINS(said, "6 [camera door] credentials-file names a file that is open to everyone");
    EXPECT_FALSE(has(said, secret)) << said;
    const auto warnings = good(identify + camera + "[watch]\ntoken-file=${VAR}\n").warnings;
    EXPECT_EQ(warnings.size(), 1U);
    EXPECT_FALSE(has(all(warnings), secret)) << all(warnings);
}

TEST(Settings, areTheSameInAnyOrder)
{
    const auto setting = [](const char *property, const char *value, unsigned line) {
        return Setting{.property = property,
                       .value = system::Secret(value),
                       .origin = {.file = "f", .line = line}};
    };
    const Settings one{setting("a", "1", 1), setting("b", "2", 2)};
    EXPECT_TRUE(watch::sameValues(one, {setting("b", "2", 8), setting("a", "1", 9)}));
    EXPECT_FALSE(watch::sameValues(one, {setting("b", "2", 1)}));
    EXPECT_FALSE(watch::sameValues(one, {setting("b", "2", 1), setting("a", "2", 2)}));
    EXPECT_TRUE(watch::sameValues({}, {}));
}

TEST(Property, isSetAsText)
{
    const system::ObjectHandle<GstElement> element(static_cast<GstElement *>(
        gst_object_ref_sink(gst_element_factory_make("ootoidentify", nullptr))));
    const auto set = [&](const char *property, const char *value) {
        return watch::setProperty(
            element.get(), {.property = property, .value = system::Secret(value), .origin = {}});
    };
    EXPECT_EQ(set("timeout", "7"), std::nullopt);
    guint timeout = 0;
    g_object_get(element.get(), "timeout", &timeout, nullptr);
    EXPECT_EQ(timeout, 7U);
    EXPECT_EQ(set("timeout", "0"), "takes a whole number from 1 to 3600");
    EXPECT_EQ(set("nothing", "0"), "is no property of ootoidentify");
    EXPECT_TRUE(set("stats", "x"));
    g_object_get(element.get(), "timeout", &timeout, nullptr);
    EXPECT_EQ(timeout, 7U);
}

TEST(Property, saysWhetherItMayChangeWhilePlaying)
{
    const system::ObjectHandle<GstElement> element(static_cast<GstElement *>(
        gst_object_ref_sink(gst_element_factory_make("ootoidentify", nullptr))));
    EXPECT_TRUE(watch::mayChangeWhilePlaying(element.get(), "timeout"));
    EXPECT_FALSE(watch::mayChangeWhilePlaying(element.get(), "endpoint"));
    EXPECT_FALSE(watch::mayChangeWhilePlaying(element.get(), "nothing"));
}
