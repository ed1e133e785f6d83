#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ooto-watch costs beside bare pipelines: the same 16 cameras, at the same time.

sixteen_cameras_benchmark.py OOTO_WATCH CAMERA_SERVER

One camera server encodes 640x360 at 15/s in H.264, once for all. ooto-watch and a gst-launch-1.0 of
16 times `rtspsrc ! decodebin ! fakesink` watch it over TCP. CPU time is that of their threads over
$OOTO_SECONDS (60), after 15 s to begin; threads of the analysis are told apart. Prints the ratio.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

PROGRAM, SERVER = sys.argv[1:3]
CAMERAS = 16
SECONDS = float(os.environ.get("OOTO_SECONDS", 60))
BEGIN_S = 15
# Cheap to decode, so that what is added to it shows.
SCENE = ("( videotestsrc is-live=true pattern=ball background-color=0xff405060 ! "
         "video/x-raw,width=640,height=360,framerate=15/1 ! x264enc tune=zerolatency "
         "speed-preset=ultrafast key-int-max=30 bitrate=1000 ! rtph264pay name=pay0 pt=96 )")
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(process):
    """Seconds of CPU by the name of the thread, and in all: also of threads that have ended."""
    by_thread = Counter()
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        try:
            stat = (task / "stat").read_text()
        except OSError:
            continue
        name = stat[stat.index("(") + 1:stat.rindex(")")]
        fields = stat[stat.rindex(")") + 2:].split()
        by_thread[name] += (int(fields[11]) + int(fields[12])) / TICKS
    stat = Path(f"/proc/{process.pid}/stat").read_text()
    fields = stat[stat.rindex(")") + 2:].split()
    return by_thread, (int(fields[11]) + int(fields[12])) / TICKS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_file(folder, port, uri):
    file = folder / "watch.conf"
    cameras = "".join(f"[camera c{n:02}]\nuri={uri}\n" for n in range(CAMERAS))
    file.write_text(f"[watch]\nlisten=127.0.0.1:{port}\n[identify]\ndry-run=true\n"
                    f"endpoint=http://127.0.0.1:9/\n{cameras}", encoding="utf-8")
    file.chmod(0o600)
    return file


def main():
    with tempfile.TemporaryDirectory(prefix="ooto-cameras") as name:
        folder = Path(name)
        processes = []
        try:
            server = subprocess.Popen([SERVER, "0", "", "/main", SCENE], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
            processes.append(server)
            uri = f"rtsp://127.0.0.1:{server.stdout.readline().strip()}/main"
            port = free_port()
            environment = {**os.environ, "XDG_STATE_HOME": name}
            with open(folder / "log", "wb") as log:
                watch = subprocess.Popen([PROGRAM, "--config", write_file(folder, port, uri)],
                                         stderr=log, stdout=log, env=environment)
            processes.append(watch)
            line = []
            for _ in range(CAMERAS):
                line += ["rtspsrc", f"location={uri}", "protocols=tcp", "latency=200", "!",
                         "application/x-rtp,media=video", "!", "decodebin", "!", "fakesink"]
            bare = subprocess.Popen(["gst-launch-1.0", "-q", *line], env=environment)
            processes.append(bare)

            def metrics():
                address = f"http://127.0.0.1:{port}/metrics"
                with urllib.request.urlopen(address, timeout=30) as answer:
                    text = answer.read().decode()
                sums = Counter()
                for metric, value in re.findall(r"^(\w+)(?:\{[^}]*\})? (\S+)$", text, re.M):
                    sums[metric] += float(value)
                sums["live"] = text.count('state="live"} 1')
                return sums
            time.sleep(BEGIN_S)
            told, ours, theirs = metrics(), cpu_of(watch), cpu_of(bare)
            time.sleep(SECONDS)
            told_then, ours_then, theirs_then = metrics(), cpu_of(watch), cpu_of(bare)
            if watch.poll() is not None or bare.poll() is not None:
                print((folder / "log").read_text(), file=sys.stderr)
                return 1
            analysis = ours_then[0]["ooto-analysis"] - ours[0]["ooto-analysis"]
            rest = ours_then[1] - ours[1] - analysis
            bare_cpu = theirs_then[1] - theirs[1]
            grown = told_then - told
            print(f"{CAMERAS} cameras 640x360 at 15/s over {SECONDS:.0f} s; live: "
                  f"{told_then['live']:.0f}, restarts: {told_then['ooto_camera_restarts_total']:.0f}")
            print(f"frames: {grown['ooto_frames_total']:.0f} of {CAMERAS * 15 * SECONDS:.0f}; "
                  f"samples: {grown['ooto_samples_total']:.0f}, of these skipped: "
                  f"{grown['ooto_samples_skipped_total']:.0f}")
            print(f"CPU of bare pipelines: {bare_cpu:.2f} s; of ooto-watch without its analysis: "
                  f"{rest:.2f} s, with it: {rest + analysis:.2f} s")
            print(f"ratio without the analysis: {rest / bare_cpu:.2f}")
            for thread, seconds in sorted((ours_then[0] - ours[0]).items(),
                                          key=lambda item: -item[1])[:8]:
                print(f"    {thread:16} {seconds:.2f} s")
            return 0
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


if __name__ == "__main__":
    sys.exit(main())
