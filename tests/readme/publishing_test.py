#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/publishing.md shows works: the first line, and each receiver and reader, as written.

publishing_test.py SOURCE_ROOT PHOTO  (GST_PLUGIN_PATH names the plugin)
"""
import base64
import hashlib
import hmac
import json
import os
import re
import shlex
import shutil
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

ROOT, PHOTO = map(Path, sys.argv[1:3])
PAGE = (ROOT / "docs/publishing.md").read_text(encoding="utf-8")
TIMEOUT_S = 60
PATIENCE_S = 20
MOSQUITTO = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
# Nothing listens there, and nothing is sent: whatever happens, the vendor's service is not asked.
NOBODY = "endpoint=http://127.0.0.1:9/"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.S | re.M)


def block(language, words):
    found = [text for text in blocks(language) if words in text]
    assert len(found) == 1, (language, words)
    return found[0]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_listener(port):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Fixture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(self.folder)}
        self.run_here(["gst-launch-1.0", "-q", "filesrc", f"location={PHOTO}", "!", "jpegdec", "!",
                       "imagefreeze", "num-buffers=25", "!", "videoconvert", "!",
                       "video/x-raw,framerate=25/1", "!", "jpegenc", "!", "matroskamux", "!",
                       "filesink", "location=clip.mp4"])

    def run_here(self, words):
        done = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def publish(self, *target):
        """The page's first line, to another target where one is named."""
        words = shlex.split(block("sh", "file:///dev/stdout").replace("\\\n", " "))
        self.assertIn("dry-run=true", words)
        words.insert(words.index("dry-run=true"), NOBODY)
        if target:
            at = words.index("uri=file:///dev/stdout")
            words[at:at + 1] = target
        return self.run_here(words)

    def program(self, name, words, source):
        """Runs a program of the page; what it prints goes to a file."""
        script = self.folder / name
        script.write_text(source, encoding="utf-8")
        output = self.folder / (name + ".out")
        with output.open("w", encoding="utf-8") as file:
            process = subprocess.Popen([*words, str(script)], stdout=file, stderr=file,
                                       cwd=self.folder, env=self.environment,
                                       start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(os.killpg, process.pid, signal.SIGTERM)  # with what it started itself
        return output

    def await_lines(self, output, count):
        end = time.monotonic() + PATIENCE_S
        while True:
            lines = output.read_text(encoding="utf-8").splitlines()
            if len(lines) >= count or time.monotonic() > end:
                return lines
            time.sleep(0.05)


class FirstLine(Fixture):
    def test_prints_events(self):
        events = [json.loads(line) for line in self.publish().splitlines()]
        self.assertEqual([event["type"] for event in events], ["new", "end"])
        self.assertEqual({event["camera"] for event in events}, {"clip"})


class Receivers(Fixture):
    SECRET = re.search(r'"(whsec_[^"]+)"', block("python", "Receiver")).group(1)

    def receive(self, name, words, language, mark):
        port = free_port()
        source = block(language, mark)
        self.assertIn("8000", source)
        output = self.program(name, words, source.replace("8000", str(port)))
        await_listener(port)
        return port, output

    def post(self, port, number="run-1", sent=None, secret=None, body=None, signed=None):
        sent = int(time.time()) if sent is None else sent
        body = b'{"type":"new","camera":"door","status":"pending"}' if body is None else body
        key = base64.b64decode((secret or self.SECRET)[6:])
        content = f"{number}.{sent}.".encode() + (signed or body)
        digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/", data=body, method="POST",
            headers={"webhook-id": number, "webhook-timestamp": str(sent),
                     "webhook-signature": f"v1,AAAA v1,{digest}"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def try_one(self, *program):
        port, output = self.receive(*program)
        account = self.folder / "publish.conf"
        secrets = re.search(r"^secret=(.+)$", block("ini", "[publish]"), re.M).group(1)
        self.assertIn(self.SECRET, secrets.split())
        account.write_text(f"[publish]\nsecret={secrets}\n", encoding="utf-8")
        account.chmod(0o600)
        self.publish(f"uri=http://127.0.0.1:{port}/hook", f"credentials-file={account}")
        lines = self.await_lines(output, 2)
        self.assertEqual([line for line in lines if line.startswith("clip")],
                         ["clip new pending", "clip end pending"])

        self.assertEqual(self.post(port), 204)
        self.assertEqual(self.post(port), 204)  # once more
        for wrong in ({"secret": "whsec_AAAA"}, {"sent": int(time.time()) - 3600},
                      {"signed": b"{}"}):
            self.assertEqual(self.post(port, number="run-2", **wrong), 401, wrong)
        self.assertEqual(self.post(port, number="run-3"), 204)
        lines = self.await_lines(output, 4)
        self.assertEqual([line for line in lines if line.startswith("door")],
                         2 * ["door new pending"])

    def test_in_python(self):
        self.try_one("receiver.py", [sys.executable], "python", "Receiver")

    @unittest.skipUnless(shutil.which("node"), "node is missing")
    def test_in_javascript(self):
        self.try_one("receiver.js", ["node"], "js", "createServer")


@unittest.skipUnless(MOSQUITTO and shutil.which("mosquitto_sub"), "mosquitto is missing")
class MqttReader(Fixture):
    def test_prints_events(self):
        port = free_port()
        log = self.folder / "broker.log"
        with log.open("w", encoding="utf-8") as file:
            broker = subprocess.Popen([MOSQUITTO, "-v", "-p", str(port)], stdout=file, stderr=file)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.terminate)
        await_listener(port)
        source = block("python", "mosquitto_sub")
        for theirs, ours in (('"localhost"', '"127.0.0.1"'), ('"1883"', f'"{port}"')):
            self.assertIn(theirs, source)
            source = source.replace(theirs, ours)
        output = self.program("reader.py", [sys.executable], source)
        end = time.monotonic() + PATIENCE_S
        while "SUBACK" not in log.read_text(encoding="utf-8"):
            self.assertLess(time.monotonic(), end, output.read_text(encoding="utf-8"))
            time.sleep(0.05)
        self.publish(f"uri=mqtt://127.0.0.1:{port}")
        lines = self.await_lines(output, 2)
        self.assertEqual(lines, ["clip new pending", "clip end pending"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
