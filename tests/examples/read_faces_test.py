#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/json.md, its schema, docs/reading.md and examples/read-faces say is so.

read_faces_test.py SOURCE_ROOT READ-FACES IDENTIFY-SERVER PHOTO  (GST_PLUGIN_PATH names the plugin)
"""
import copy
import functools
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema

ROOT, CPP, SERVER, PHOTO = map(Path, sys.argv[1:5])
PYTHON = ROOT / "examples/read-faces/read_faces.py"
SCHEMA = json.loads((ROOT / "docs/ooto.schema.json").read_text(encoding="utf-8"))
READERS = {"C++": [str(CPP)], "Python": [sys.executable, str(PYTHON)]}
WHO = "Grace Hopper"
KEY = "reading-key"
TIMEOUT_S = 60
FRAMES = 50
ENVIRONMENT = {**os.environ, "OOTO_APP_ID": "reader", "OOTO_APP_KEY": KEY}
ALL_FACTS = "facts=landmarks+quality+deepfake+liveness+identity+demography"


def kind_of(line):
    """By the members that docs/json.md tells them apart by."""
    if "faces" in line:
        return "frame"
    if "text" in line:
        return "notice-message"
    if "type" in line:
        return "face-message"
    return "publish-message" if "uri" in line else "service-message"


def problems(line):
    only = {**SCHEMA, "$ref": f"#/$defs/{kind_of(line)}"}
    del only["anyOf"]  # whose errors tell nothing
    return [f"{error.json_path}: {error.message}"
            for error in jsonschema.Draft202012Validator(only).iter_errors(line)]


def still(how=f"num-buffers={FRAMES}"):
    """A source of frames that all show the photo."""
    return (f'filesrc location="{PHOTO}" ! jpegdec ! videoconvert ! imagefreeze {how} ! '
            "video/x-raw,framerate=25/1")


def for_each_reader(test):
    """Runs a test once for each of the two programs."""
    @functools.wraps(test)
    def both(self):
        for language, reader in READERS.items():
            with self.subTest(language):
                test(self, reader)
    return both


class Fixture(unittest.TestCase):
    server_options = []

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.credentials = cls.folder / "ooto.conf"
        cls.credentials.write_text(f"[ooto]\napp-id=reader\napp-key={KEY}\n", encoding="utf-8")
        cls.credentials.chmod(stat.S_IRUSR | stat.S_IWUSR)
        (cls.folder / "gallery").mkdir()
        shutil.copy(PHOTO, cls.folder / "gallery" / f"{WHO}.jpg")

    def start_server(self, *options):
        server = subprocess.Popen(
            [SERVER, "--port", "0", "--detector", "cascade", "--gallery", self.folder / "gallery",
             *options], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)

        def stop():
            server.terminate()
            server.wait()
            server.stdout.close()

        self.addCleanup(stop)
        return re.search(r"http\S+", server.stdout.readline()).group(0)

    def command(self, reader, endpoint, *arguments, properties=""):
        return [*reader, "--endpoint", endpoint, "--credentials-file", str(self.credentials),
                "--properties", f"detector=cascade {properties}", *arguments]

    def still_command(self, reader, endpoint, properties=""):
        """Frames wait for answers, however slow the machine is."""
        return self.command(reader, endpoint, "--launch", still(),
                            properties=f"backpressure=true {properties}")

    def run_reader(self, command):
        # Where there is no model: so that the notice comes wherever the detector is `auto`.
        no_model = {"OOTO_FACE_MODEL": "", "XDG_DATA_HOME": str(self.folder)}
        return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S,
                              check=False, env={**os.environ, **no_model})

    def lines(self, output):
        """Of each kind, in order; each is as the schema says."""
        found = {"frame": [], "face-message": [], "service-message": []}
        for text in output.splitlines():
            line = json.loads(text)
            self.assertEqual(problems(line), [], text)
            found[kind_of(line)].append(line)
        return found

    def read(self, command):
        done = self.run_reader(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Json-", done.stderr)  # json-glib complains, but goes on
        return self.lines(done.stdout)


class Readers(Fixture):
    @for_each_reader
    def test_a_face_is_named_in_frames_and_messages(self, reader):
        endpoint = self.start_server("--say-liveness", "0.9,true", "--say-deepfake", "0.8,true")
        found = self.read(self.still_command(
            reader, endpoint, "detector=auto camera=door check-liveness=true check-deepfake=true "
            f"message-photos=true {ALL_FACTS}"))
        self.assertEqual(len(found["frame"]), FRAMES)
        self.assertEqual(found["frame"][1]["pts"], 40_000_000)
        self.assertIn("notice", found["frame"][0])
        self.assertEqual([line["state"] for line in found["service-message"]], ["ok"])
        types = [message["type"] for message in found["face-message"]]
        self.assertEqual(types, ["new", "answered", "end"])
        answered = found["face-message"][1]
        self.assertEqual([message["sequence"] for message in found["face-message"]], [1, 2, 3])
        self.assertGreater(answered["age-ms"], 0)
        for face in (answered, found["frame"][-1]["faces"][0]):
            self.assertEqual(face["status"], "identified")
            self.assertEqual(face["template-id"], WHO)
            self.assertEqual(face["camera"], "door")
            self.assertGreater(face["similarity"], 0.75)
            self.assertEqual(face["liveness-score"], 0.9)
            self.assertIs(face["deepfake-fine"], True)
            self.assertEqual(face["frame-width"], 512)
            self.assertEqual(face["attempts"], 1)
            self.assertEqual(len(face["box"]), 4)
            self.assertIs(face["quality"]["blur-fine"], True)
        # The same field is the same number in both, but for the box, which moves.
        facts = SCHEMA["$defs"]["facts"]["properties"]
        last = found["face-message"][2]
        for name in set(facts) & set(last) - {"box", "service-box"}:
            self.assertEqual(found["frame"][-1]["faces"][0].get(name), last[name], name)

    @for_each_reader
    def test_faces_that_others_found_are_told_as_documented(self, reader):
        if not shutil.which("gst-inspect-1.0") or subprocess.run(
                ["gst-inspect-1.0", "--exists", "facedetect"], check=False).returncode:
            self.skipTest("the element facedetect is not installed")
        endpoint = self.start_server()
        source = still() + " ! videoconvert ! facedetect display=false"
        found = self.read(self.command(reader, endpoint, "--launch", source,
                                       properties="backpressure=true detector=upstream"))
        types = [message["type"] for message in found["face-message"]]
        self.assertEqual(types[0], "new")
        self.assertIn("answered", types)
        self.assertEqual(types[-1], "end")
        self.assertEqual(found["frame"][-1]["faces"][0]["template-id"], WHO)
        self.assertNotIn("roi-id", found["face-message"][0])

    @for_each_reader
    def test_a_file_is_played_as_fast_as_answers_come(self, reader):
        clip = self.folder / "clip.mkv"
        subprocess.run(["gst-launch-1.0", "-q", *shlex.split(still()),
                        "!", "jpegenc", "!", "matroskamux", "!", "filesink", f"location={clip}"],
                       check=True, timeout=TIMEOUT_S)
        endpoint = self.start_server("--delay-ms", "500")
        for source in (str(clip), clip.as_uri()):
            found = self.read(self.command(reader, endpoint, source))
            named = [frame["pts"] for frame in found["frame"] for face in frame["faces"]
                     if face.get("template-id") == WHO]
            # Had the frames not waited for the answer, all would have passed before it.
            self.assertGreater(len(named), FRAMES / 2)
            self.assertEqual(found["face-message"][-1]["type"], "end")

    @for_each_reader
    def test_without_a_service_faces_are_pending_and_it_is_said_why(self, reader):
        with socket.socket() as unused:  # bound, but nobody listens there
            unused.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}/api/v1.0/identify"
            found = self.read(self.still_command(reader, endpoint))
            self.assertEqual(len(found["frame"]), FRAMES)
            self.assertIn("down", [line["state"] for line in found["service-message"]])
            last = found["frame"][-1]
            self.assertEqual(last["service-state"], "down")
            self.assertEqual(last["faces"][0]["status"], "pending")
            self.assertEqual(last["faces"][0]["reason"], "service")
            self.assertEqual(found["face-message"][-1]["type"], "end")
            self.assertEqual(found["face-message"][-1]["reason"], "service")

    @for_each_reader
    def test_a_refused_photo_is_told_with_the_services_code(self, reader):
        endpoint = self.start_server("--status", "400")
        found = self.read(self.still_command(reader, endpoint))
        self.assertTrue(any("error-code" in face
                            for frame in found["frame"] for face in frame["faces"]))

    @for_each_reader
    def test_an_interrupt_ends_the_stream_in_order(self, reader):
        endpoint = self.start_server()
        endless = still("is-live=true")
        with subprocess.Popen(self.command(reader, endpoint, "--launch", endless),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as running:
            self.addCleanup(running.kill)
            seen = ""
            while '"answered"' not in seen:
                line = running.stdout.readline()
                self.assertTrue(line, "it ended by itself")
                seen += line
            running.send_signal(signal.SIGINT)
            seen += running.communicate(timeout=TIMEOUT_S)[0]
            self.assertEqual(running.returncode, 0)
        self.assertEqual(self.lines(seen)["face-message"][-1]["type"], "end")

    @for_each_reader
    def test_errors_are_told_and_counted(self, reader):
        nowhere = "http://127.0.0.1:9/"
        no_credentials = self.folder / "none.conf"
        for command, told in (
                (self.command(reader, nowhere, "missing.mp4"), "missing.mp4|not found"),
                (self.command(reader, nowhere, str(self.credentials)), "type of stream"),
                (self.command(reader, nowhere, "--launch", "nonesuch"), "nonesuch"),
                (self.command(reader, nowhere, "a.mp4", properties="none=1"), "none"),
                (self.command(reader, "no URL", str(PHOTO)), "endpoint"),
                ([*reader, "--endpoint", nowhere, "--credentials-file", str(no_credentials),
                  str(PHOTO)], "none.conf"),
                # Without these the vendor's service would be asked, which bills.
                ([*reader, "--credentials-file", str(self.credentials), str(PHOTO)],
                 "--endpoint"),
                ([*reader, "--endpoint", nowhere, str(PHOTO)], "--credentials-file")):
            done = self.run_reader(command)
            self.assertNotEqual(done.returncode, 0, command)
            self.assertRegex(done.stderr, told)

    @for_each_reader
    def test_help_says_what_is_needed(self, reader):
        done = self.run_reader([*reader, "--help"])
        self.assertEqual(done.returncode, 0)
        for word in ("SOURCE", "--endpoint", "--credentials-file", "--launch"):
            self.assertIn(word, done.stdout)

    def test_the_python_reader_is_short_and_can_be_run(self):
        self.assertLess(len(PYTHON.read_text(encoding="utf-8").splitlines()), 60)
        self.assertTrue(os.access(PYTHON, os.X_OK))


class Recipe(Fixture):
    """The program in C of docs/reading.md."""

    def test_it_compiles_without_a_warning_and_reads_all_three(self):
        text = (ROOT / "docs/reading.md").read_text(encoding="utf-8")
        code = re.search(r"```c\n(.*?)```", text, re.S).group(1)
        (self.folder / "recipe.c").write_text(code, encoding="utf-8")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "gstreamer-1.0"],
                               stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        done = self.run_reader([*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-Wall",
                                "-Wextra", "-Werror", self.folder / "recipe.c", "-o",
                                self.folder / "recipe", *flags])
        self.assertEqual(done.returncode, 0, done.stderr)

        # As the page has it, but for what everybody has of his own.
        line = " ".join(re.search(r"`read-faces-in-c '(.*?)'`", text, re.S).group(1).split())
        for theirs, ours in (("filesrc location=clip.mp4 ! decodebin ! videoconvert", still()),
                             ("endpoint=URL", f"endpoint={self.start_server('--delay-ms', '500')}"),
                             ("ooto.conf", str(self.credentials)),
                             ("name=identify", "name=identify detector=cascade")):
            self.assertIn(theirs, line)
            line = line.replace(theirs, ours)
        done = self.run_reader([self.folder / "recipe", line])
        self.assertEqual(done.returncode, 0, done.stderr)
        for said in ("frame: track", "new: track", "answered: track", "end: track", "event: track"):
            self.assertIn(said, done.stdout)
        self.assertRegex(done.stdout, f"frame: .* is identified, matches {WHO}")
        self.assertIn("its left edge is at 0.3", done.stdout)

        done = self.run_reader([self.folder / "recipe", f"{still()} ! nonesuch"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("nonesuch", done.stderr)


class Schema(unittest.TestCase):
    """It is one, knows what the code knows, and refuses what it should."""

    RUN = "d9k8txh04zq7m2rkc1x5p"
    face = {"camera": "door", "track-id": 1, "roi-id": 1, "visit-id": "door-d9k8txh04zq7m2rkc1x5p-1",
            "status": "pending", "box": [0.1, 0.1, 0.5, 0.5], "frame-width": 640,
            "frame-height": 480, "detection-score": 1.0, "attempts": 0}

    def valid(self):
        time = "2025-01-31T12:00:00.123456Z"
        return {"frame": {"pts": 0, "faces": [dict(self.face)]},
                "face-message": {**self.face, "type": "new", "event-id": f"{self.RUN}-000000000001",
                                 "sequence": 1, "wall-clock": time, "received": time,
                                 "since": time},
                "service-message": {"state": "ok", "camera": "door", "since": time},
                "notice-message": {"text": "2 faces up to 25 px", "camera": "door"},
                "publish-message": {"uri": "mqtts://broker.local", "state": "ok", "since": time,
                                    "queued": 0}}

    def names(self, source, function):
        text = (ROOT / "plugin/core" / source).read_text(encoding="utf-8")
        body = re.search(rf"\nstd::string_view {function}\(.*?\n}}", text, re.S).group(0)
        return set(re.findall(r'case [^\n]*\n\s*return "([^"]+)"', body))

    def test_it_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_it_knows_the_names_that_the_code_knows(self):
        kinds = SCHEMA["$defs"]
        facts = kinds["facts"]["properties"]
        self.assertEqual(set(facts["status"]["enum"]), self.names("asking/face.cpp", "statusName"))
        own = re.search(r'stopped = "(.+)";', (ROOT / "plugin/publish/open_faces.cpp")
                        .read_text(encoding="utf-8")).group(1)
        self.assertEqual(set(facts["reason"]["enum"]),
                         {own, *self.names("asking/face.cpp", "reasonName")})
        self.assertEqual(set(kinds["face-message"]["properties"]["type"]["enum"]),
                         self.names("asking/face.cpp", "eventName"))
        targets = (ROOT / "plugin/publish/target.cpp").read_text(encoding="utf-8")
        self.assertEqual(set(kinds["publish-message"]["properties"]["state"]["enum"]),
                         set(re.findall(r'return "(.+)";', targets)))
        states = self.names("traffic/service_health.cpp", "conditionName")
        self.assertEqual(set(kinds["service-message"]["properties"]["state"]["enum"]), states)
        self.assertEqual(set(kinds["frame"]["properties"]["service-state"]["enum"]),
                         states - {"ok"})
        measures = re.search(r"qualityNames = \{(.*?)\}",
                             (ROOT / "plugin/core/traffic/answer.h").read_text(encoding="utf-8"), re.S)
        self.assertEqual({name.removesuffix("-fine") for name in facts["quality"]["properties"]},
                         set(re.findall(r'"(\w+)"', measures.group(1))))

    def test_it_takes_what_is_right(self):
        for kind, line in self.valid().items():
            self.assertEqual(kind_of(line), kind)
            self.assertEqual(problems(line), [])
            jsonschema.Draft202012Validator(SCHEMA).validate(line)

    def test_it_takes_the_examples_of_the_page(self):
        page = (ROOT / "docs/json.md").read_text(encoding="utf-8")
        examples = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.S)]
        self.assertEqual({kind_of(line) for line in examples}, set(self.valid()))
        for line in examples:
            self.assertEqual(problems(line), [])

    def stopped(self):
        """An `end` that ootopublish made of a face that only buffers told of."""
        message = self.valid()["face-message"]
        for name in ("sequence", "since", "wall-clock", "box", "frame-width", "frame-height",
                     "detection-score", "attempts", "roi-id"):
            del message[name]
        return {**message, "type": "end", "reason": "stopped",
                "event-id": f"door-{self.RUN}-1-7-end"}

    def test_it_takes_what_was_published(self):
        answered = {**self.valid()["face-message"], "type": "answered", "age-ms": 5,
                    "asked-wall-clock": "2025-01-31T12:00:00.123456Z"}
        for line in ({**self.valid()["face-message"], "delayed-ms": 4711},
                     {**answered, "photo-uri": "file:///a.jpg", "frame-uri": "file:///a-frame.jpg"},
                     self.stopped(), {**self.stopped(), "box": [0, 0, 1, 1], "delayed-ms": 9000},
                     {**self.stopped(), "event-id": f"{self.RUN}-000000000001-end"}):
            self.assertEqual(problems(line), [])

    def test_it_refuses_what_is_never_published(self):
        for name in ("event-id", "received", "track-id", "visit-id", "status"):
            self.assertTrue(problems({k: v for k, v in self.stopped().items() if k != name}), name)
        for name, value in (("sequence", 1), ("type", "new"), ("late", True),
                            ("event-id", f"{self.RUN}-000000000001"), ("reason", "rate")):
            self.assertTrue(problems({**self.stopped(), name: value}), f"{name}={value}")
        frame = self.valid()["frame"]
        frame["faces"][0]["reason"] = "stopped"
        self.assertTrue(problems(frame))
        for name, value in (("delayed-ms", 1500), ("photo-uri", "file:///a.jpg")):
            self.assertTrue(problems({**self.valid()["face-message"], name: value}), name)

    def test_it_refuses_what_is_wrong(self):
        for kind, line in self.valid().items():
            for name in SCHEMA["$defs"][kind].get("required", []):
                if name not in ("faces", "type", "state", "text", "uri"):  # by which the kind is told
                    self.assertTrue(problems({k: v for k, v in line.items() if k != name}), name)
            self.assertTrue(problems({**line, "undocumented": 1}), kind)
        for name, value in (("undocumented", 1), ("status", "lost"), ("similarity", 1.5),
                            ("track-id", 0), ("track-id", "1"), ("box", [0, 0, 1]),
                            ("box", [0, 0, 1, 2]), ("reason", ""), ("late", True),
                            ("quality", {"beauty": 1}), ("shot", {"total": 1}),
                            ("name", None), ("photo", ""), ("template-id", "she")):
            line = copy.deepcopy(self.valid()["frame"])
            line["faces"][0][name] = value
            self.assertTrue(problems(line), f"{name}={value}")
        message = self.valid()["face-message"]
        for name, value in (("event-id", "door-1"), ("sequence", 0), ("age-ms", 5),
                            ("last-seen-pts", 5), ("type", "end"), ("type", "answered")):
            self.assertTrue(problems({**message, name: value}), f"{name}={value}")
        both = {"template-id": "she", "nearest-template-id": "she", "status": "identified"}
        self.assertTrue(problems({**message, **both}))
        self.assertTrue(problems({"faces": [], "service-state": "ok", "service-reason": ""}))
        self.assertTrue(problems({"faces": [], "service-state": "down"}))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
