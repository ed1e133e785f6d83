#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/read-faces/follow makes gst-launch-1.0 -m readable, whatever comes in.

follow_test.py SOURCE_ROOT IDENTIFY-SERVER PHOTO  (GST_PLUGIN_PATH names the plugin)
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT, SERVER, PHOTO = map(Path, sys.argv[1:4])
FOLLOW = ROOT / "examples/read-faces/follow"
TIMEOUT_S = 60
ENVIRONMENT = {**os.environ, "TZ": "UTC", "OOTO_APP_ID": "reader", "OOTO_APP_KEY": "reading-key"}
BEFORE = 'Got message #70 from element "ootoidentify0" (element): '
FACE = {"type": "new", "camera": "door", "track-id": 3, "status": "pending",
        "wall-clock": "2026-01-31T12:03:04.930365Z", "since": "2026-01-31T12:03:04.930365Z"}


def quoted(text):
    """As gst_structure_to_string() writes a string."""
    return '"' + "".join(
        chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "_-+/:.")
        else f"\\{byte:03o}" if byte < 0x20 or byte >= 0x7f else "\\" + chr(byte)
        for byte in text.encode()) + '"'


def message(said, kind="face", before=BEFORE):
    return f"{before}ooto-{kind}, json=(string){quoted(json.dumps(said, ensure_ascii=False))};"


def follow(text):
    done = subprocess.run([FOLLOW], input=text if isinstance(text, bytes) else text.encode(),
                          capture_output=True, timeout=TIMEOUT_S, check=False, env=ENVIRONMENT)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.decode()


def said_of(**members):
    """What is printed of a face after its time, camera and track."""
    line = follow(message({**FACE, **members}))
    start = "12:03:04  door  track 3  "
    assert line.startswith(start) and line.endswith("\n") and line.count("\n") == 1, line
    return line[len(start):-1]


class Words(unittest.TestCase):
    """What each message reads like."""

    grace = {"template-id": "Grace Hopper", "similarity": 0.931}

    def test_who_came_was_named_and_left(self):
        self.assertEqual(said_of(), "came")
        identified = {**self.grace, "status": "identified"}
        self.assertEqual(said_of(type="answered", **identified), "named Grace Hopper (0.93)")
        self.assertEqual(
            said_of(type="answered", name="Grace", **{"liveness-fine": True}, **identified),
            "named Grace (0.93, live)")
        self.assertEqual(
            said_of(type="end", **identified, **{"last-seen-wall-clock": "2026-01-31T12:03:16Z"}),
            "left after 11 s (Grace Hopper)")

    def test_who_was_not_named_and_why(self):
        self.assertEqual(said_of(type="answered", status="unknown", similarity=0.41,
                                 **{"nearest-template-id": "Grace Hopper"}), "unknown (0.41)")
        self.assertEqual(
            said_of(type="answered", status="spoof", **self.grace, **{"liveness-fine": False}),
            "spoof of Grace Hopper (0.93, not live)")
        self.assertEqual(said_of(type="answered", status="spoof", **{"deepfake-fine": False}),
                         "spoof (deepfake)")
        self.assertEqual(said_of(type="answered", **{"error-info": "can not detect face"}),
                         "not named yet: can not detect face")
        self.assertEqual(said_of(type="updated", reason="doubt"), "name withheld: doubt")
        self.assertEqual(said_of(type="updated", status="unavailable", reason="no-liveness"),
                         "given up: no-liveness")
        self.assertEqual(said_of(type="answered", status="unknown", late=True),
                         "unknown, after it had left")
        self.assertEqual(said_of(type="end", reason="service"), "left (pending: service)")

    def test_the_service_and_notices(self):
        down = {"state": "down", "camera": "door", "since": "2026-01-31T12:03:05Z",
                "reason": "127.0.0.1 refuses connections: check `endpoint`"}
        self.assertEqual(follow(message(down, "service")),
                         "12:03:05  door  service down: 127.0.0.1 refuses connections: check "
                         "`endpoint`\n")
        notice = {"text": "2 faces up to 25 px; min-face-size is 48", "camera": "door"}
        self.assertRegex(follow(message(notice, "notice")),
                         r"^\d\d:\d\d:\d\d  door  notice: 2 faces up to 25 px; min-face-size is 48$")

    def test_times_are_of_the_place(self):
        done = subprocess.run([FOLLOW], input=message(FACE), capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=True, env={**ENVIRONMENT, "TZ": "UTC-2"})
        self.assertTrue(done.stdout.startswith("14:03:04"), done.stdout)


class Lines(unittest.TestCase):
    """Whatever comes in, what is ours is found, and what is not goes on."""

    def test_other_lines_are_passed_on_and_gstreamers_messages_left_out(self):
        text = ("Setting pipeline to PAUSED ...\n"
                'Got message #5 from element "fakesink0" (state-changed): '
                "GstMessageStateChanged, old-state=(GstState)null, new-state=(GstState)ready;\n"
                'Got message #60 from element "fakesink0" (latency): no message details\n'
                "WARNING: from element /GstPipeline:pipeline0/x: no message; ооо\n"
                'Got message #8 from element "level0" (element): level, rms=(double)-3;\n'
                "ERROR: a, b: (c)\n")
        self.assertEqual(follow(text).splitlines(), [
            "Setting pipeline to PAUSED ...",
            "WARNING: from element /GstPipeline:pipeline0/x: no message; ооо",
            'Got message #8 from element "level0" (element): level, rms=(double)-3;',
            "ERROR: a, b: (c)"])

    def test_gst_launch_may_speak_any_language(self):
        for before in ("Nachricht #70 wurde von Element »x« (element) erhalten: ",
                       "70 számú üzenet érkezett a következő elemtől: „x” (element).",
                       "从组件“x”获得消息 #70（element）： ",
                       'Dostal som správu #70 od prvku "x" (element):',
                       "Message n° 70 reçu de l’élément «\u00a0x\u00a0» (element)\u00a0: "):
            self.assertIn("track 3  came", follow(message(FACE, before=before)), before)

    def test_a_position_before_it_does_not_hide_a_message(self):
        self.assertEqual(follow("0:00:01.0 / 0:00:20.0 (5 %)\r" + message(FACE)),
                         "12:03:04  door  track 3  came\n")
        self.assertEqual(follow("0:00:01.0\r0:00:01.1\rGot EOS.\r\n"), "Got EOS.\n")

    def test_strings_are_read_as_gstreamer_writes_them(self):
        name = 'Ada "Łovelace", \\ söhne; {1} = (x) 王'
        self.assertEqual(said_of(type="answered", status="identified", name=name), f"named {name}")
        # Fields before and behind, of which one looks like ours.
        around = (f'{BEFORE}ooto-face, name=(string){quoted(", json=(string)" + chr(34))}, '
                  f'quality=(structure)"q\\,\\ a\\=\\(double\\)1\\;", '
                  f"json=(string){quoted(json.dumps(FACE))}, photo=(GstSample)abc;")
        self.assertEqual(follow(around), "12:03:04  door  track 3  came\n")

    def test_text_cannot_steer_a_terminal(self):
        evil = "a\x1b[2Jb\r\nc\x07\u202ed\u2028e\x9bf"
        for line in (follow(message({**FACE, "type": "answered", "status": "identified",
                                     "name": evil, "camera": evil, "track-id": evil})),
                     follow(message({"state": evil, "reason": evil, "camera": evil}, "service")),
                     follow(f"ERROR: {evil}".replace("\n", "").encode())):
            self.assertEqual(line.count("\n"), 1)
            self.assertNotRegex(line[:-1], "[\x00-\x1f\x7f-\x9f\u2028\u202e]")
        long = follow(message({"state": "down", "reason": "x" * 100000}, "service"))
        self.assertLess(len(long), 400)

    def test_broken_lines_are_passed_on(self):
        whole = message(FACE)
        for broken in (whole[:-20], BEFORE + "ooto-face;", BEFORE + 'ooto-face, json=(string)"";',
                       BEFORE + "ooto-face, json=(string)" + quoted("[1]") + ";",
                       BEFORE + "ooto-face, json=(string)" + quoted("[" * 100000) + ";",
                       BEFORE + 'ooto-face, json=(string)"\\377\\'):
            self.assertEqual(follow(broken + "\n" + whole),
                             broken + "\n12:03:04  door  track 3  came\n")
        self.assertIn("\ufffd", follow(b"\xff\xfe\n"))

    def test_members_of_any_kind_are_survived(self):
        for odd in (None, True, -1, 1e999, [], {}, "", "x"):
            face = dict.fromkeys(
                [*FACE, "similarity", "name", "template-id", "liveness-fine", "reason", "late",
                 "last-seen-wall-clock", "error-info"], odd)
            messages = [message({**face, "type": kind, "status": status})
                        for kind in ("new", "answered", "updated", "end", odd)
                        for status in ("identified", "unknown", "spoof", "unavailable", odd)]
            lines = follow("\n".join(messages)).splitlines()
            self.assertEqual(len(lines), len(messages))
            for line in lines:
                self.assertRegex(line, r"^\d\d:\d\d:\d\d  .*  track ")

    def test_very_long_lines_are_survived(self):
        long = "x" * (9 << 20)
        photo = message(FACE).replace("json=", f"photo=(GstSample){'A' * (1 << 20)}, json=")
        self.assertEqual(follow(f"{long}\n{photo}\n{long}"),
                         "(a line of more than 4 MiB was left out)\n12:03:04  door  track 3  came\n"
                         "(a line of more than 4 MiB was left out)\n")


class Stream(unittest.TestCase):
    """How it behaves in a pipe."""

    def test_each_line_comes_at_once_and_an_interrupt_does_not_end_it(self):
        with subprocess.Popen([FOLLOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              bufsize=1, env=ENVIRONMENT) as running:
            self.addCleanup(running.kill)
            signal.signal(signal.SIGALRM, lambda *_: running.kill())
            signal.alarm(TIMEOUT_S)
            for _ in range(2):
                running.stdin.write(message(FACE) + "\n")
                self.assertEqual(running.stdout.readline(), "12:03:04  door  track 3  came\n")
                running.send_signal(signal.SIGINT)
            running.stdin.close()
            self.assertEqual(running.wait(), 0)
            signal.alarm(0)

    def test_help_and_what_it_does_not_know(self):
        done = subprocess.run([FOLLOW, "--help"], capture_output=True, text=True, check=True)
        self.assertIn("gst-launch-1.0 -e -m", done.stdout)
        done = subprocess.run([FOLLOW, "--no"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)


class Played(unittest.TestCase):
    """What the installed gst-launch-1.0 prints, and what the scripts in pipelines/ make of it."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        (self.folder / "gallery").mkdir()
        shutil.copy(PHOTO, self.folder / "gallery/Grace Hopper.jpg")

    def serve(self, *options):
        server = subprocess.Popen(
            [SERVER, "--port", "0", "--detector", "cascade", "--gallery", self.folder / "gallery",
             *options], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        return re.search(r"http\S+", server.stdout.readline()).group(0)

    def play(self, endpoint, properties=""):
        line = (f'gst-launch-1.0 -e -m filesrc location="{PHOTO}" ! jpegdec ! videoconvert ! '
                "imagefreeze num-buffers=50 ! video/x-raw,framerate=25/1 ! ootoidentify "
                f"endpoint={endpoint} detector=cascade backpressure=true camera=door {properties} ! "
                f'fakesink | "{FOLLOW}"')
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_face_is_followed_from_coming_to_leaving(self):
        labels = self.folder / "labels"
        labels.write_text("[labels]\nGrace Hopper = Грейс, 王 \"G\"\n", encoding="utf-8")
        said = self.play(self.serve("--say-liveness", "0.9,true"),
                         f"check-liveness=true message-photos=true labels-file={labels}")
        ours = [line for line in said.splitlines() if "  door  " in line]
        for line, expected in zip(ours, (
                r"track \d+  came", "service ok",
                r'track \d+  named Грейс, 王 "G" \([01]\.\d\d, live\)',
                r'track \d+  left after \d s \(Грейс, 王 "G"\)'), strict=True):
            self.assertRegex(line, rf"^\d\d:\d\d:\d\d  door  {expected}$")
        self.assertNotIn("Got message", said)
        self.assertIn("Setting pipeline to PLAYING", said)

    def test_trouble_is_told(self):
        with socket.socket() as unused:  # bound, but nobody listens there
            unused.bind(("127.0.0.1", 0))
            said = self.play(f"http://127.0.0.1:{unused.getsockname()[1]}/api/v1.0/identify")
        self.assertRegex(said, r"  door  service (degraded|down): .*127\.0\.0\.1")
        self.assertRegex(said, r"  door  track \d+  left after \d s \(pending: service\)")

    def test_the_launch_scripts_are_readable_and_end_as_gst_launch_does(self):
        clip = self.folder / "clip.mkv"
        subprocess.run(["bash", "-c", f'gst-launch-1.0 -q filesrc location="{PHOTO}" ! jpegdec ! '
                        "videoconvert ! imagefreeze num-buffers=75 ! "
                        "video/x-raw,framerate=25/1 ! jpegenc ! matroskamux ! "
                        f'filesink location="{clip}"'], check=True, timeout=TIMEOUT_S)
        for file, plays in ((clip, True), (self.folder / "none.mkv", False)):
            done = subprocess.run(
                [ROOT / "pipelines/file", file], capture_output=True, text=True, check=False,
                timeout=TIMEOUT_S, env={**ENVIRONMENT, "OOTO_SINK": "fakesink",
                                        "OOTO_ENDPOINT": self.serve()})
            self.assertEqual(done.returncode == 0, plays, done.stderr)
            self.assertNotIn("Got message", done.stdout)
            if plays:
                self.assertRegex(done.stdout, r"track \d+  came\n")
            else:
                self.assertIn("none.mkv", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
