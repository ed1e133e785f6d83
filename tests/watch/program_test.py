#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The finished program, as systemd and people use it: program_test.py OOTO_WATCH.

Cameras are made pictures; nobody is asked, as `dry-run` is set and nothing listens at `endpoint`.
"""
import hashlib
import json
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

PROGRAM = sys.argv[1]
PATIENCE_S = 60
LINES = "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1"
SECRET = "pa55-word of the yard"
# A camera that nobody reaches, with a password.
REFUSED = """[camera yard]
uri=rtsp://127.0.0.1:9/main
user-id=viewer
user-pw=${YARD}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Watch:
    """ooto-watch with a file of its own."""

    def __init__(self, cameras, watch="log=json"):
        self.folder = tempfile.TemporaryDirectory(prefix="ooto-watch")
        self.root = Path(self.folder.name)
        self.file = self.root / "watch.conf"
        self.port = free_port()
        self.log = self.root / "log"
        self.events = self.root / "events.jsonl"
        self.watch = watch
        self.write(cameras)
        self.process = None

    def write(self, cameras):
        self.file.write_text(f"""[watch]
listen=127.0.0.1:{self.port}
{self.watch}
[identify]
dry-run=true
endpoint=http://127.0.0.1:9/
[publish lines]
uri=file://{self.events}
spool={self.root}/spool
{cameras}
""", encoding="utf-8")
        self.file.chmod(0o600)

    def environment(self, more=()):
        return {**os.environ, "XDG_STATE_HOME": str(self.root / "state"), "YARD": SECRET,
                **dict(more)}

    def start(self, more=()):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "--config", self.file], stderr=log,
                                            stdout=log, env=self.environment(more))
        return self

    def run(self, *arguments):
        return subprocess.run([PROGRAM, "--config", self.file, *arguments], check=False,
                              capture_output=True, text=True, timeout=PATIENCE_S,
                              env=self.environment())

    def get(self, path, method="GET", body=None, headers=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def logged(self):
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def state(self, camera):
        status, text = self.get("/status")
        cameras = json.loads(text)["cameras"] if status == 200 else {}
        found = [c for c in cameras if c["name"] == camera] if isinstance(cameras, list) else \
            [cameras.get(camera, {})]
        return found[0].get("state") if found else None

    def end(self):
        """@return the exit status and how many seconds it took"""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S), time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


def eventually(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def camera(name, launch=LINES, more=""):
    return f"[camera {name}]\nlaunch={launch}\n{more}\n"


class Program(unittest.TestCase):
    def began(self, watch, *cameras):
        for name in cameras:
            self.assertTrue(eventually(lambda name=name: watch.state(name) == "live"),
                            watch.logged())

    def test_runs_two_cameras_and_ends_on_term(self):
        with Watch(camera("door") + camera("cellar", more="active=false") + REFUSED) as watch:
            self.assertEqual(watch.run("--health").returncode, 1)
            watch.start()
            self.began(watch, "door")
            self.assertTrue(eventually(lambda: "connect" in watch.logged()), watch.logged())
            self.assertEqual(watch.state("yard"), "ended")
            self.assertEqual(watch.get("/healthz")[0], 200)
            self.assertEqual(watch.get("/readyz")[0], 200)
            self.assertEqual(watch.run("--health").returncode, 0)
            status, metrics = watch.get("/metrics")
            self.assertEqual(status, 200)
            for line in ('ooto_camera_state{camera="door",state="live"} 1',
                         'ooto_camera_state{camera="yard",state="stalled"} 0',
                         "ooto_config_reload_success 1"):
                self.assertIn(line, metrics)
            self.assertTrue(eventually(lambda: re.search(
                r'^ooto_frames_total\{camera="door"\} [1-9]', watch.get("/metrics")[1], re.M)))
            code, seconds = watch.end()
            self.assertEqual(code, 0, watch.logged())
            print(f"ended {seconds:.2f} s after SIGTERM", file=sys.stderr)
            told = [json.loads(line) for line in watch.logged().splitlines()]
            live = [line for line in told
                    if line.get("camera") == "door" and line.get("state") == "live"]
            self.assertEqual(len(live), 1, "one line per change")
            self.assertEqual([line["state"] for line in told if line.get("camera") == "cellar"],
                             ["off"])
            for text in (watch.logged(), metrics, watch.get("/status")[1]):
                self.assertNotIn(SECRET, text)

    def test_a_password_is_in_no_command_line(self):
        named = LINES.replace("videotestsrc", "videotestsrc name=${YARD}")
        with Watch(camera("door", named) + REFUSED) as watch:
            watch.start()
            self.began(watch, "door")
            shown = Path(f"/proc/{watch.process.pid}/cmdline").read_bytes()
            for task in Path(f"/proc/{watch.process.pid}/task").iterdir():
                shown += (task / "comm").read_bytes()
            self.assertNotIn(SECRET.encode(), shown)

    def test_a_camera_that_ends_is_built_again_and_the_other_goes_on(self):
        short = "videotestsrc is-live=true num-buffers=15 ! video/x-raw,framerate=30/1"
        with Watch(camera("door") + camera("short", short, "restart-max=0.05")) as watch:
            watch.start()
            self.began(watch, "door")
            self.assertTrue(eventually(lambda: any(
                int(n) > 2 for n in re.findall(
                    r'ooto_camera_restarts_total\{camera="short"\} (\d+)',
                    watch.get("/metrics")[1]))), watch.logged())
            self.assertIn('ooto_camera_restarts_total{camera="door"} 0', watch.get("/metrics")[1])
            self.assertEqual(watch.end()[0], 0)

    def test_hang_up_takes_a_good_file_over_and_no_bad_one(self):
        with Watch(camera("door") + camera("yard")) as watch:
            watch.start()
            self.began(watch, "door", "yard")
            frames = r'ooto_frames_total\{camera="door"\} (\d+)'
            seen = int(re.search(frames, watch.get("/metrics")[1])[1])
            watch.write(camera("door", more="no-such-key=1"))
            watch.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(
                lambda: "ooto_config_reload_success 0" in watch.get("/metrics")[1]), watch.logged())
            self.assertIn("no-such-key", watch.logged())
            self.assertEqual(watch.state("yard"), "live", "nothing was changed")
            watch.write(camera("door", more="min-face-size=64") + camera("gate"))
            watch.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(
                lambda: "ooto_config_reload_success 1" in watch.get("/metrics")[1]), watch.logged())
            self.began(watch, "gate")
            self.assertIsNone(watch.state("yard"))
            metrics = watch.get("/metrics")[1]
            self.assertIn('ooto_camera_restarts_total{camera="door"} 0', metrics)
            self.assertGreater(int(re.search(frames, metrics)[1]), seen,
                               "what may change while it plays does not build it again")
            self.assertEqual(watch.end()[0], 0)

    def test_a_switch_outlives_a_restart(self):
        with Watch(camera("door")) as watch:
            watch.start()
            self.began(watch, "door")
            token = next(line["token"] for line in map(json.loads, watch.logged().splitlines())
                         if "token" in line)
            off = {"method": "POST", "body": b"false"}
            self.assertEqual(watch.get("/cameras/door/active", **off)[0], 401)
            headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
            self.assertIn(watch.get("/cameras/door/active", headers=headers, **off)[0],
                          (200, 204))
            self.assertTrue(eventually(lambda: watch.state("door") == "off"), watch.logged())
            self.assertEqual(watch.end()[0], 0)
            watch.start()
            self.assertTrue(eventually(lambda: watch.state("door") == "off"), watch.logged())
            self.assertEqual(watch.logged().count(token), 1, "shown once")
            self.assertEqual(watch.end()[0], 0)

    def test_check_names_line_and_key(self):
        with Watch(camera("door", more="analysis-rate=often")) as watch:
            done = watch.run("--check")
            self.assertEqual(done.returncode, 78)
            line = 1 + watch.file.read_text().splitlines().index("analysis-rate=often")
            self.assertIn(f"{watch.file}:{line}: [camera door] analysis-rate", done.stderr)
            watch.write(camera("door"))
            done = watch.run("--check")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertFalse(watch.events.exists(), "nothing was started")

    def test_wrong_arguments_are_told(self):
        with Watch(camera("door")) as watch:
            self.assertEqual(watch.run("--no-such-option").returncode, 2)
            self.assertEqual(watch.run("more").returncode, 2)
            self.assertEqual(watch.run("--help").returncode, 0)

    def test_an_address_in_use_is_told(self):
        with Watch(camera("door")) as watch, socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            watch.port = taken.getsockname()[1]
            watch.write(camera("door"))
            watch.start()
            self.assertEqual(watch.process.wait(PATIENCE_S), 1)
            self.assertIn(str(watch.port), watch.logged())

    def test_hang_up_reads_tokens_again_and_keeps_an_address_that_works(self):
        with Watch(camera("door")) as watch, socket.socket() as taken:
            tokens = watch.root / "tokens"

            def let_in(token):
                digest = hashlib.sha256(token.encode()).hexdigest()
                tokens.write_text(f"anna:{digest}\n", encoding="utf-8")
                tokens.chmod(0o600)

            def switch(token):
                headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
                return watch.get("/cameras/door/active", method="POST", body=b"true",
                                 headers=headers)[0]
            let_in("first")
            watch.watch += f"\ntoken-file={tokens}"
            watch.write(camera("door"))
            watch.start()
            self.began(watch, "door")
            self.assertIn(switch("first"), (200, 204))
            let_in("second")
            watch.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(lambda: switch("second") in (200, 204)), watch.logged())
            self.assertIn(switch("first"), (401, 403))
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            works, watch.port = watch.port, taken.getsockname()[1]
            watch.write(camera("door"))
            watch.port = works
            watch.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(
                lambda: "ooto_config_reload_success 0" in watch.get("/metrics")[1]), watch.logged())
            self.assertEqual(watch.state("door"), "live")
            watch.write(camera("door"))
            watch.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(
                lambda: "ooto_config_reload_success 1" in watch.get("/metrics")[1]), watch.logged())
            self.assertEqual(watch.end()[0], 0)

    def test_systemd_is_told(self):
        with Watch(camera("door")) as watch, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(watch.root / "notify"))
            notify.settimeout(PATIENCE_S)
            watch.start({"NOTIFY_SOCKET": str(watch.root / "notify"), "WATCHDOG_USEC": "2000000"})
            heard = ""
            while not ("READY=1" in heard and "WATCHDOG=1" in heard):
                heard += notify.recv(4096).decode() + "\n"
            watch.process.send_signal(signal.SIGHUP)
            heard = ""
            while not ("RELOADING=1" in heard and "READY=1" in heard.split("RELOADING=1")[-1]):
                heard += notify.recv(4096).decode() + "\n"
            self.assertIn("MONOTONIC_USEC=", heard)
            self.assertEqual(watch.end()[0], 0)
            heard = ""
            while "STOPPING=1" not in heard:
                heard += notify.recv(4096).decode() + "\n"

    def test_faces_that_are_open_end_with_the_program(self):
        portrait = Path("/usr/share/doc/facedetect/examples/grace_hopper_512x512.jpg")
        if not portrait.exists():
            self.skipTest("facedetect is not installed")
        launch = (f"multifilesrc location={portrait} loop=true "
                  "caps=image/jpeg,framerate=10/1 ! jpegdec ! identity sync=true")
        with Watch(camera("door", launch)) as watch:
            watch.start()

            def events():
                lines = watch.events.read_text().splitlines() if watch.events.exists() else []
                return [json.loads(line)["type"] for line in lines]
            self.assertTrue(eventually(lambda: "new" in events()), watch.logged())
            self.assertEqual(watch.end()[0], 0)
            self.assertEqual(events().count("new"), events().count("end"))
            self.assertNotIn("Grace", watch.logged())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
