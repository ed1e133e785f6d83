#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/running.md gives people runs: files, previews that record and show, and metrics.

running_test.py SOURCE_ROOT OOTO-WATCH  (GST_PLUGIN_PATH names the plugin)
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT, WATCH = map(Path, sys.argv[1:3])
PAGE = (ROOT / "docs/running.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "apps/watch/watch.conf").read_text(encoding="utf-8")
# What would happen without a camera, an account, or a broker.
CAMERA = ("launch=videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=10/1")
NOBODY = "endpoint=http://127.0.0.1:9/"
PATIENCE_S = 60


def files():
    """Each ini block with a camera."""
    return [block for block in re.findall(r"^```ini\n(.*?)^```", PAGE, re.S | re.M)
            if "[camera " in block]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Fixture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        credentials = self.folder / "credentials"
        credentials.mkdir()
        self.write(credentials / "ooto.conf", "[ooto]\napp-id=reader\napp-key=running-key\n")
        self.write(credentials / "publish.conf", "[publish]\npassword=running-password\n")
        self.write(self.folder / "labels.conf", "[labels]\n")
        self.environment = {
            **os.environ, "CREDENTIALS_DIRECTORY": str(credentials),
            "DOOR_PASSWORD": "p@ss", "YARD_PASSWORD": "word", "SRT_PASSPHRASE": "ten letters",
            "XDG_STATE_HOME": str(self.folder / "state")}

    @staticmethod
    def write(path, text):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def configure(self, text):
        """A file that asks nobody."""
        port = free_port()
        text = re.sub(r"^listen=.*\n", "", text, flags=re.M)
        text = text if "[watch]" in text else "[watch]\n" + text
        text = text if "[identify]" in text else "[identify]\ndry-run=true\n" + text
        text = text.replace("[watch]", f"[watch]\nlisten=127.0.0.1:{port}")
        text = text.replace("[identify]", f"[identify]\n{NOBODY}")
        text = text.replace("/etc/ooto/labels.conf", str(self.folder / "labels.conf"))
        return self.write(self.folder / "watch.conf", text), f"http://127.0.0.1:{port}"

    def start(self, text):
        file, address = self.configure(text)
        log = (self.folder / "log").open("w", encoding="utf-8")
        self.addCleanup(log.close)
        program = subprocess.Popen([WATCH, "--config", file], env=self.environment, stdout=log,
                                   stderr=log)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        return program, address

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def until(self, what):
        end = time.monotonic() + PATIENCE_S
        while not (found := what()):
            self.assertLess(time.monotonic(), end, self.log())
            time.sleep(0.1)
        return found

    @staticmethod
    def get(url):
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            return ""


class Files(Fixture):
    def check(self, text):
        file, _ = self.configure(text)
        done = subprocess.run([WATCH, "--check", "--config", file], env=self.environment,
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + text)
        self.assertIn("no mistakes", done.stdout)

    def test_of_the_page_are_right(self):
        self.assertGreaterEqual(len(files()), 4)
        for text in files():
            with self.subTest(text=text):
                self.check(text)

    def test_example_is_right_with_and_without_what_it_comments_out(self):
        self.check(EXAMPLE)
        self.check(re.sub(r"^#(?=[\w-]+=|\[)", "", EXAMPLE, flags=re.M))


class Previews(Fixture):
    """Each with pictures that are made here."""

    def preview(self, element):
        for text in files():
            if element in text:
                self.assertIn("ootooverlay", text)
                return re.sub(r"^uri=.*$", CAMERA, text, flags=re.M)
        self.fail(f"no file has {element}")

    def play(self, *source):
        """How many pictures there are."""
        done = subprocess.run(
            ["gst-launch-1.0", "-v", *source, "!", "decodebin", "!", "identity", "silent=false",
             "!", "fakesink"], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        return len(re.findall(r"last-message = chain", done.stdout))

    def test_records(self):
        text = self.preview("splitmuxsink")
        self.assertIn("=/var/lib/ooto/recordings/door/", text)
        text = text.replace("/var/lib/ooto/recordings", str(self.folder / "recordings"))
        for run in (1, 2):
            program, _ = self.start(text)
            self.until(lambda: [file for file in self.folder.glob("recordings/door/*.mkv")
                                if file.stat().st_size > 20000][run - 1:])
            program.send_signal(signal.SIGTERM if run == 1 else signal.SIGKILL)
            program.wait(PATIENCE_S)
        recordings = sorted(self.folder.glob("recordings/door/*.mkv"))
        self.assertEqual(len(recordings), 2, "a restart wrote over one")
        for file in recordings:
            with self.subTest(file=file.name):
                self.assertGreater(self.play("filesrc", f"location={file}"), 5)

    def test_shows(self):
        port = free_port()
        text = self.preview("srtsink")
        self.assertIn("127.0.0.1:7001", text)
        program, _ = self.start(text.replace("127.0.0.1:7001", f"127.0.0.1:{port}"))
        self.until(lambda: self.play("srtsrc", f"uri=srt://127.0.0.1:{port}", "num-buffers=100") > 5)
        self.assertIsNone(program.poll())


class Metrics(Fixture):
    def names(self):
        table = PAGE[PAGE.index("### Metrics"):PAGE.index("```yaml")]
        return set(re.findall(r"`(ooto_[a-z_]+)`", table))

    def test_of_the_page_are_those_of_the_code(self):
        code = "".join(file.read_text(encoding="utf-8")
                       for file in (ROOT / "apps/watch/report").glob("*.cpp"))
        self.assertEqual(self.names(), set(re.findall(r'"(ooto_[a-z_]+)"', code)))

    def test_are_served(self):
        _, address = self.start(files()[0].replace("uri=rtsp://10.0.0.7/main", CAMERA)
                                .replace("user-id=viewer\n", "")
                                .replace("user-pw=${DOOR_PASSWORD}\n", ""))
        self.until(lambda: 'ooto_camera_state{camera="door",state="live"} 1'
                   in self.get(address + "/metrics"))
        text = self.get(address + "/metrics")
        served = set(re.findall(r"^# TYPE (ooto_\w+)", text, re.M))
        self.assertGreater(len(served), 10)
        self.assertLessEqual(served, self.names())
        self.assertIn("door", self.get(address + "/status"))
        self.assertIn("ok", self.get(address + "/healthz"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
