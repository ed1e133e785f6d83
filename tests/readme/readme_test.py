#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README and the pages of docs/ say is so: commands, links, fields, and the Python reader.

readme_test.py SOURCE_ROOT BUILD_ROOT IDENTIFY-SERVER PHOTO  (GST_PLUGIN_PATH names the plugin)

Launch lines are parsed by tests/pipelines/launch_lines_test.cpp.
"""
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

ROOT, BUILD, SERVER, PHOTO = map(Path, sys.argv[1:5])
README = ROOT / "README.md"
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")})
KEY = "readme-key"
WHO = "Grace Hopper"
TIMEOUT_S = 120


def text_of(page):
    return page.read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(page), re.S | re.M)


def output(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True,
                          **more).stdout


class Fixture(unittest.TestCase):
    """A scratch folder with an account, and the local server."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.server = subprocess.Popen(
            [SERVER, "--port", "0", "--enrol-first", WHO, "--detector", "cascade"],
            env={**os.environ, "OOTO_APP_ID": "reader", "OOTO_APP_KEY": KEY},
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop_server)
        self.endpoint = re.search(r"http\S+", self.server.stdout.readline()).group(0)

    def stop_server(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
        return file


class Reader(Fixture):
    """Runs the README's own Python against the local server."""

    def reader(self):
        code = blocks(README, "python")[0]
        self.assertLessEqual(len(code.splitlines()), 10)
        credentials = self.write("ooto.conf", f"[ooto]\napp-id=reader\napp-key={KEY}\n")
        labels = self.write("labels.conf", f"[labels]\n{WHO} = Rear Admiral\n")
        source = (f"filesrc location={PHOTO} ! jpegdec ! videoconvert ! "
                  "imagefreeze num-buffers=100 ! video/x-raw,framerate=25/1 ! clocksync")
        for theirs, ours in (
                ("filesrc location=clip.mp4 ! decodebin", source),
                ("labels-file=labels.conf", f"labels-file={labels}"),
                ("credentials-file=ooto.conf", f"credentials-file={credentials} "
                 f"endpoint={self.endpoint} detector=cascade")):
            self.assertIn(theirs, code)
            code = code.replace(theirs, ours)
        return code

    def test_prints_the_names(self):
        # The fields that the table names are what faces really have.
        extra = "        print(' '.join(f'field:{face.nth_field_name(i)}' " \
                "for i in range(face.n_fields())))\n"
        done = subprocess.run([sys.executable, "-c", self.reader() + extra], capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pending None", done.stdout)
        self.assertIn("identified Rear Admiral", done.stdout)
        page = text_of(ROOT / "docs/results.md")
        told = set(re.findall(r"`([a-z-]+)`", " ".join(re.findall(r"^\| (`.*?) \| ", page, re.M))))
        for field in set(re.findall(r"field:(\S+)", done.stdout)):
            self.assertIn(field, told)


class Links(unittest.TestCase):
    """Within the tree, with their anchors."""

    @staticmethod
    def anchors(page):
        titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text_of(page),
                                                 flags=re.S | re.M), re.M)
        return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}

    def test_lead_somewhere(self):
        found = 0
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
                if re.match(r"[a-z]+:", target):
                    continue
                found += 1
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(page=page.relative_to(ROOT), target=target):
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, self.anchors(file))
        self.assertGreater(found, 20)

    def test_lead_to_every_page(self):
        """From the README, by as many steps as it takes."""
        seen, ahead = set(), [README]
        while ahead:
            page = ahead.pop()
            seen.add(page)
            for target in re.findall(r"\]\(([^)\s#]+\.md)[)#]", text_of(page)):
                file = (page.parent / target).resolve()
                if file.exists() and file not in seen:
                    ahead.append(file)
        self.assertEqual([], [page for page in ROOT.glob("docs/**/*.md") if page not in seen])


class Command:
    """One command of a block, as a shell would read it."""

    def __init__(self, words):
        self.variables = {}
        while words and re.match(r"[A-Z_]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            self.variables[name] = value
        self.program, self.arguments = words[0], words[1:]

    def options(self):
        """Without their values."""
        return [word.partition("=")[0] for word in self.arguments if word.startswith("--")]


def commands(block):
    """Those of a pipe one by one."""
    for line in block.replace("\\\n", " ").splitlines():
        words = []
        for word in [*shlex.split(line, comments=True), "|"]:
            if word != "|":
                words.append(word)
            elif words:
                yield line, Command(words)
                words = []


def test_cases():
    """As Suite.name, however that is spelt."""
    return {".".join(case).lower() for source in (ROOT / "tests").rglob("*_test.cpp")
            for case in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", text_of(source), re.M)}


class Shell(Fixture):
    """Each command of each block of shell is run, or looked at as far as that goes here."""

    def setUp(self):
        super().setUp()
        (self.folder / "build").symlink_to(BUILD)
        for part in ("examples", "pipelines", "tests", "tools"):
            (self.folder / part).symlink_to(ROOT / part)
        shutil.copy(PHOTO, self.folder / "grace.jpg")
        clip = Gst.parse_launch(
            f"filesrc location={PHOTO} ! jpegdec ! imagefreeze num-buffers=10 ! videoconvert ! "
            "video/x-raw,framerate=25/1 ! jpegenc ! matroskamux ! "
            f"filesink location={self.folder}/clip.mp4")
        clip.set_state(Gst.State.PLAYING)
        message = clip.get_bus().timed_pop_filtered(
            60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        clip.set_state(Gst.State.NULL)
        self.assertEqual(message.type, Gst.MessageType.EOS)
        self.write("ooto.conf", f"[ooto]\napp-id=reader\napp-key={KEY}\n")
        self.launches = 0

    def test_every_command_is_right(self):
        players = {
            "apt-get": self.packages, "chmod": self.account, "printf": self.account,
            "clang-format": self.formatter, "export": self.exported,
            "gst-inspect-1.0": self.inspected, "gst-launch-1.0": self.launched,
            "meson": self.built, "tests/run": self.helped, "pipelines/demo": self.demo,
            "pipelines/fetch-model": self.there, "pipelines/file": self.there,
            "pipelines/rtsp": self.there, "pipelines/webcam": self.there,
            "pipelines/webhook": self.there,
            "build/examples/read-faces/read-faces": self.played,
            "examples/read-faces/read_faces.py": self.played,
            "examples/read-faces/follow": self.there,
            "build/examples/enrol/ooto-enrol": self.enrolled,
            "tools/element-page": self.helped, "tools/packages": self.helped,
            "apt": self.installed, "install": self.kept,
            "ooto-enrol": self.tool, "ooto-fetch-model": self.tool, "curl": self.asked,
            "systemctl": self.unit, "journalctl": self.unit, "systemd-run": self.checked,
        }
        found = 0
        for page in PAGES:
            for block in blocks(page, "sh"):
                for line, command in commands(block):
                    found += 1
                    with self.subTest(page=page.relative_to(ROOT), command=line):
                        self.assertIn(command.program, players, "and no test knows how to try it")
                        players[command.program](command, line)
        self.assertGreater(found, 20)
        self.assertGreater(self.launches, 1)

    def run_here(self, words, variables=None):
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False,
                              env={**os.environ, **(variables or {})})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def account(self, _command, line):
        """What the README writes is an account that others cannot read."""
        before = (self.folder / "ooto.conf").read_text(encoding="utf-8")
        self.run_here(["bash", "-c", line])
        file = self.folder / "ooto.conf"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertRegex(file.read_text(encoding="utf-8"), r"\A\[ooto\]\napp-id=.+\napp-key=.+\n\Z")
        self.write("ooto.conf", before)

    def packages(self, command, _line):
        self.assertEqual(command.arguments[0], "install")
        script = text_of(ROOT / "tools/install-packages")
        needed = re.search(r"^build=\((.*?)^\)", script, re.S | re.M).group(1).split()
        self.assertEqual(sorted(command.arguments[1:]), sorted(needed))

    def installed(self, command, _line):
        """Packages that there are, as they are built."""
        names = re.findall(r"^Package: (.+)$", text_of(ROOT / "debian/control"), re.M)
        self.assertEqual(command.arguments[0], "install")
        for file in command.arguments[1:]:
            self.assertIn(re.fullmatch(r"\./packages/(.+)_\*\.deb", file).group(1), names)

    def kept(self, command, _line):
        """Secrets are root's alone, and where the service looks for them."""
        self.assertEqual(command.arguments[:2], ["-m", "600"])
        self.assertTrue(command.arguments[-1].startswith("/etc/ooto"))
        for file in command.arguments[2:-1]:
            self.assertIn(f"/etc/ooto/{file}\n", self.service())

    @staticmethod
    def service():
        return text_of(ROOT / "debian/ooto-watch.service")

    def unit(self, command, _line):
        self.assertIn("ooto-watch", command.arguments)
        self.assertIn("ExecStart=/usr/bin/ooto-watch\n", self.service())

    def checked(self, command, _line):
        """With the variables that the service has."""
        self.assertIn("EnvironmentFile=/etc/ooto/environment", command.arguments)
        self.assertIn("EnvironmentFile=-/etc/ooto/environment\n", self.service())
        self.assertEqual(["ooto-watch", "--check"], command.arguments[-2:])

    def tool(self, command, _line):
        self.assertIn(f"usr/bin/{command.program}\n", text_of(ROOT / "debian/ooto-tools.install"))

    def asked(self, command, _line):
        """Of the program: a path that it has."""
        path = re.search(r"http://127\.0\.0\.1:9464/(\w+)", " ".join(command.arguments)).group(1)
        code = text_of(ROOT / "apps/watch/server/router.cpp") + \
            text_of(ROOT / "apps/watch/server/switch_request.cpp")
        self.assertIn(f'"/{path}', code)

    def formatter(self, command, _line):
        self.assertTrue((ROOT / ".clang-format").exists())
        self.assertEqual(command.arguments[0], "-i")

    def exported(self, command, _line):
        self.assertEqual(command.arguments, ["GST_PLUGIN_PATH=$PWD/build/plugin"])
        self.assertTrue((BUILD / "plugin").is_dir())

    def inspected(self, command, _line):
        self.assertIn("Factory Details", self.run_here(["gst-inspect-1.0", *command.arguments]))

    def launched(self, command, _line):
        """Those that need no camera, account or display."""
        if "GST_TRACERS" in command.variables and Gst.version()[:2] == (1, 26):
            return  # the latency tracer holds up whatever pipeline it is
        source = {"videotestsrc", "location=clip.mp4"} & set(command.arguments)
        if source and "fakesink" in command.arguments:
            self.assertIn("dry-run=true", command.arguments)
            arguments = [word for argument in command.arguments
                         for word in ([argument, "endpoint=http://127.0.0.1:9/"]
                                      if argument == "dry-run=true" else [argument])]
            self.run_here(["gst-launch-1.0", *arguments],
                          {**command.variables, "XDG_STATE_HOME": str(self.folder / "state")})
            self.launches += 1

    def built(self, command, _line):
        verb, *rest = command.arguments
        self.assertIn(verb, ("setup", "compile", "install", "test", "devenv"))
        options = {option["name"] for option in self.introspect("--buildoptions")}
        for name in re.findall(r"-D(\w+)=", " ".join(rest)):
            self.assertIn(name, options)
        if verb != "test":
            return
        kind = "--benchmarks" if "--benchmark" in rest else "--tests"
        tests = self.introspect(kind)
        for words in re.findall(r"--gtest_filter=\*(\w+)\*", " ".join(rest)):
            self.assertTrue([case for case in test_cases() if words.lower() in case])
        rest = [word for word in rest if word != "--benchmark" and "--test-args" not in word]
        if "--suite" in rest:
            at = rest.index("--suite")
            suites = {suite.partition(":")[2] for test in tests for suite in test["suite"]}
            self.assertIn(rest[at + 1], suites)
            del rest[at:at + 2]
        self.assertEqual(rest[:2], ["-C", "build"])
        for name in rest[2:]:
            self.assertIn(name, {test["name"] for test in tests})

    @staticmethod
    def introspect(what):
        return json.loads(output("/usr/bin/meson", "introspect", what, BUILD))

    def helped(self, command, _line):
        """It is there and has these options."""
        text = self.run_here([command.program, "--help"])
        for option in command.options():
            self.assertIn(option, text)

    def demo(self, command, _line):
        text = self.run_here(["build/examples/demo/ooto-demo", "--help"])
        for option in command.options():
            self.assertIn(option, text)

    def there(self, command, _line):
        self.assertTrue(os.access(self.folder / command.program, os.X_OK))

    def played(self, command, _line):
        words = [self.endpoint if word == "URL" else word for word in command.arguments]
        self.assertIn("identified", self.run_here([command.program, *words]))

    def enrolled(self, command, _line):
        """A label is written, and taken out again."""
        if not (ROOT / "examples/enrol").is_dir():
            return
        self.run_here([command.program, *command.arguments, "--endpoint", self.endpoint])
        names = re.findall(r"^.+=\s*Grace Hopper$", text_of(self.folder / "labels.conf"), re.M)
        self.assertEqual(len(names), 0 if "--delete" in command.arguments else 1)


class Readme(unittest.TestCase):
    def test_is_read_in_some_minutes(self):
        self.assertLessEqual(len(text_of(README).splitlines()), 145)


class Paths(unittest.TestCase):
    def test_that_pages_name_are_there(self):
        found = 0
        for page in PAGES:
            if page.name == "CONTRIBUTING.md" and not (ROOT / "plugin/identify").is_dir():
                continue  # the folders that it describes are made when the code moves there
            for name in re.findall(r"`((?:plugin|tests|docs|tools|examples|pipelines)/[\w./-]+)`",
                                   text_of(page)):
                found += 1
                with self.subTest(page=page.relative_to(ROOT), path=name):
                    self.assertTrue((ROOT / name).exists())
        self.assertGreater(found, 3)


class Security(unittest.TestCase):
    def test_names_tests_that_are_there(self):
        cases = test_cases()
        names = re.findall(r"`([A-Z]\w+\.\w+)`", text_of(ROOT / "SECURITY.md"))
        self.assertGreater(len(names), 15)
        for name in names:
            with self.subTest(name):
                self.assertIn(name.lower(), cases)


if __name__ == "__main__":
    Gst.init(None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
