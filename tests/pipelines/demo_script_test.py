#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pipelines/demo fetches the better detector where it can, shortly and once: with a curl of ours.

demo_script_test.py SOURCE_ROOT
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(sys.argv[1])
NAME = "face_detection_yunet_2023mar.onnx"
SIZE = 232589
TIMEOUT_S = 60
RAN = "the demo ran with"
FETCHES = f"""while [ "$1" != --output ]; do shift; done; head -c {SIZE} /dev/zero >"$2" """
IS_DOWN = "echo curl: no network >&2; exit 6"


class DemoScript(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.models = self.folder / "data/ooto/models"
        (self.folder / "empty").mkdir()
        # A checkout whose packages are installed and whose build is done.
        self.checkout = self.folder / "checkout"
        shutil.copytree(ROOT / "pipelines", self.checkout / "pipelines")
        self.program(self.checkout / "tools/install-packages", "true")
        self.program(self.checkout / "build/examples/demo/ooto-demo", f'echo "{RAN} $*"')
        (self.checkout / "build/build.ninja").touch()
        self.program(self.folder / "bin/meson", "true")
        # Zeros have another sum than the model.
        self.program(self.folder / "bin/sha256sum", "true")

    def program(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def demo(self, curl, *arguments, **more):
        """@return what it printed, and how often curl was called"""
        calls = self.folder / "calls"
        calls.write_text("", encoding="utf-8")
        self.program(self.folder / "bin/curl", f'echo "$*" >>"{calls}"; {curl}')
        environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                       "MESON": str(self.folder / "bin/meson"), "OOTO_FACE_MODEL": "",
                       "XDG_DATA_HOME": str(self.folder / "data"),
                       "XDG_DATA_DIRS": str(self.folder / "empty"), **more}
        done = subprocess.run([self.checkout / "pipelines/demo", *arguments], capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False, env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertTrue(lines[-1].startswith(RAN), done.stdout)
        self.assertEqual(lines[-1], f"{RAN} {' '.join(a for a in arguments if a != '--no-fetch')}")
        said = [line for line in lines[:-1] if "building" not in line and "running" not in line]
        return "\n".join(said), len(calls.read_text(encoding="utf-8").splitlines())

    def test_with_a_network_the_model_is_fetched_once(self):
        said, calls = self.demo(FETCHES, "--output", "a b")
        self.assertEqual(said, f"== fetched the face detector YuNet into {self.models}")
        self.assertEqual(calls, 1)
        self.assertEqual((self.models / NAME).stat().st_size, SIZE)
        self.assertEqual(self.demo(FETCHES), ("", 0))

    def test_without_a_network_it_goes_on_with_the_cascade(self):
        said, calls = self.demo(IS_DOWN)
        self.assertEqual(said, "== YuNet could not be fetched: OpenCV's cascade finds the faces, "
                               "about half as many")
        self.assertEqual(calls, 1)
        self.assertEqual(os.listdir(self.models), [])

    def test_a_network_that_hangs_costs_five_seconds(self):
        begin = time.monotonic()
        said, _ = self.demo("exec sleep 100")
        self.assertLess(time.monotonic() - begin, 15)
        self.assertIn("could not be fetched", said)
        self.assertEqual(os.listdir(self.models), [])

    def test_a_wrong_file_is_not_taken(self):
        self.program(self.folder / "bin/sha256sum", "exit 1")
        self.assertIn("could not be fetched", self.demo(FETCHES)[0])
        self.assertEqual(os.listdir(self.models), [])

    def test_nothing_is_fetched_where_it_is_not_wanted_or_there(self):
        self.assertEqual(self.demo(FETCHES, "--no-fetch", "--duration", "7"), ("", 0))
        self.assertEqual(self.demo(FETCHES, "--help"), ("", 0))
        self.assertEqual(self.demo(FETCHES, OOTO_FACE_MODEL="/some/model.onnx"), ("", 0))
        shared = self.folder / "shared/ooto/models"
        shared.mkdir(parents=True)
        (shared / NAME).write_bytes(bytes(SIZE))
        directories = f"{self.folder}/empty:{self.folder}/shared"
        self.assertEqual(self.demo(FETCHES, XDG_DATA_DIRS=directories), ("", 0))
        self.assertFalse(self.models.exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
