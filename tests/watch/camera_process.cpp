// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

extern char **environ;

namespace ooto::test
{

namespace
{

struct Pipe {
    int reading = -1;
    int writing = -1;
};

Pipe makePipe()
{
    std::array<int, 2> ends{};
    // Other cameras' processes must not hold this one's ends open.
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    return {ends[0], ends[1]};
}

std::string readLine(int file)
{
    std::string line;
    char c = 0;
    while (read(file, &c, 1) == 1 && c != '\n')
        line += c;
    return line;
}

const std::string sound = " audiotestsrc is-live=true wave=silence samplesperbuffer=160"
                          " ! audio/x-raw,rate=8000 ! alawenc ! rtppcmapay pt=8 name=pay";

} // namespace

CameraProcess::CameraProcess(Streams streams, std::string login)
    : streams_(std::move(streams)), login_(std::move(login))
{
    start();
}

CameraProcess::~CameraProcess()
{
    kill();
}

void CameraProcess::start()
{
    std::vector<std::string> words{CAMERA_SERVER, std::to_string(port_), login_};
    for (const auto &[path, line] : streams_) {
        words.push_back(path);
        words.push_back(line);
    }
    std::vector<char *> arguments;
    for (std::string &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const Pipe input = makePipe();
    const Pipe output = makePipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.reading, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO);
    const int failed =
        posix_spawn(&pid_, CAMERA_SERVER, &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input.reading);
    close(output.writing);
    input_ = input.writing;
    const std::string port = failed ? "" : readLine(output.reading);
    close(output.reading);
    if (port.empty())
        throw std::runtime_error("the camera's process does not start");
    port_ = std::stoi(port);
}

void CameraProcess::startWith(Streams streams)
{
    streams_ = std::move(streams);
    start();
}

void CameraProcess::kill()
{
    if (pid_ == 0)
        return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(input_);
    pid_ = 0;
}

void CameraProcess::freeze()
{
    ::kill(pid_, SIGSTOP);
}

void CameraProcess::thaw()
{
    ::kill(pid_, SIGCONT);
}

std::string CameraProcess::uri(const std::string &path) const
{
    return "rtsp://127.0.0.1:" + std::to_string(port_) + path;
}

std::string streamLine(const std::string &encoder, bool withSound, int width)
{
    return "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=" +
           std::to_string(width) + ",height=240,framerate=15/1 ! " + encoder +
           (withSound ? sound + "1" : "") + " )";
}

std::string h264(int keyInterval)
{
    return "x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max=" +
           std::to_string(keyInterval) + " ! rtph264pay pt=96 config-interval=1 name=pay0";
}

std::string h265()
{
    return "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15"
           " option-string=\"pools=none:frame-threads=1\""
           " ! rtph265pay pt=96 config-interval=1 name=pay0";
}

std::string mjpeg()
{
    return "jpegenc ! rtpjpegpay pt=26 name=pay0";
}

std::string soundOnly()
{
    return "(" + sound + "0 )";
}

} // namespace ooto::test
