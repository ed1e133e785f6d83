#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README says is so: the table of properties, the fields, and the Python reader.

readme_test.py README.md IDENTIFY-SERVER PHOTO  (GST_PLUGIN_PATH names the plugin)
"""
import os
import re
import stat
import subprocess
import sys
import tempfile
import unittest

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

README, SERVER, PHOTO = sys.argv[1:4]
TEXT = open(README, encoding="utf-8").read()
KEY = "readme-key"


def section(title):
    return TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text):
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")]
             for line in text.splitlines() if line.startswith("| `")]
    assert cells, "no table"
    return cells


def default_of(element, spec):
    value = element.get_property(spec.name)  # of an element that nobody touched
    if spec.value_type == GObject.TYPE_BOOLEAN:
        return "true" if value else "false"
    if spec.value_type == GObject.TYPE_DOUBLE:
        return f"{value:g}"
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        return value.value_nick
    if spec.value_type.is_a(GObject.TYPE_FLAGS):
        return set(value.value_nicks)
    if spec.value_type == Gst.Fraction.__gtype__:
        return f"{value.num:g}/{value.denom:g}"
    return str(value)


class Properties(unittest.TestCase):
    names = {"gchararray": "string", "gboolean": "boolean", "guint": "uint", "guint64": "uint64", "gint": "int",
             "gdouble": "double", "GstFraction": "fraction", "GstStructure": "structure"}

    def setUp(self):
        self.element = Gst.ElementFactory.make("ootoidentify")
        self.specs = {spec.name: spec for spec in self.element.list_properties()
                      if spec.owner_type == self.element.__gtype__}
        self.rows = {re.match(r"`([^`]+)`", row[0]).group(1): row
                     for row in rows(section("Properties of `ootoidentify`"))}

    def test_every_property_is_told_and_no_other(self):
        self.assertEqual(set(self.rows), set(self.specs))

    def test_types_and_defaults_are_right(self):
        for name, row in self.rows.items():
            with self.subTest(name):
                spec = self.specs[name]
                kind, _, default = row[1].partition(", ")
                type_name = spec.value_type.name
                expected = self.names.get(
                    type_name, "enum" if spec.value_type.is_a(GObject.TYPE_ENUM) else "flags")
                self.assertEqual(kind, expected)
                if expected == "flags":
                    self.assertEqual(set(default.split("+")), default_of(self.element, spec))
                elif default and name not in ("endpoint", "app-key", "proxy-pw", "stats"):
                    self.assertEqual(default.strip("`"), default_of(self.element, spec))

    def test_what_needs_a_restart_is_marked(self):
        mutable_playing = 1 << (GObject.PARAM_USER_SHIFT + 4)
        for name, row in self.rows.items():
            if name == "stats":
                continue
            with self.subTest(name):
                at_next_start = not int(self.specs[name].flags) & mutable_playing
                self.assertEqual("(R)" in row[0], at_next_start)


class Reader(unittest.TestCase):
    """Runs the README's own Python against the local server."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.credentials = os.path.join(self.folder.name, "ooto.conf")
        with open(self.credentials, "w", encoding="utf-8") as file:
            file.write(f"[ooto]\napp-id=reader\napp-key={KEY}\n")
        os.chmod(self.credentials, stat.S_IRUSR | stat.S_IWUSR)
        self.server = subprocess.Popen(
            [SERVER, "--port", "0", "--enrol-first", "Grace Hopper", "--detector", "cascade"],
            env={**os.environ, "OOTO_APP_ID": "reader", "OOTO_APP_KEY": KEY},
            stdout=subprocess.PIPE, text=True)
        self.endpoint = re.search(r"http\S+", self.server.stdout.readline()).group(0)

    def tearDown(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()
        self.folder.cleanup()

    def reader(self, source):
        code = re.search(r"```python\n(.*?)```", TEXT, re.S).group(1)
        self.assertLessEqual(len(code.splitlines()), 12)
        return (code.replace("filesrc location=clip.mp4 ! decodebin", source)
                .replace("credentials-file=ooto.conf",
                         f"credentials-file={self.credentials} endpoint={self.endpoint} "
                         "detector=cascade"))

    def test_reader_prints_the_faces(self):
        source = (f"filesrc location={PHOTO} ! jpegdec ! videoconvert ! "
                  "imagefreeze num-buffers=100 ! video/x-raw,framerate=25/1 ! clocksync")
        # The fields that the README's table names are what faces really have.
        extra = "        print(' '.join(f'field:{face.nth_field_name(i)}' " \
                "for i in range(face.n_fields())))\n"
        done = subprocess.run([sys.executable, "-c", self.reader(source) + extra],
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pending", done.stdout)
        self.assertIn("identified", done.stdout)
        told = set(re.findall(r"`([a-z-]+)`",
                              " ".join(row[0] for row in rows(section("Reading the results")))))
        for field in set(re.findall(r"field:(\S+)", done.stdout)):
            self.assertIn(field, told)


if __name__ == "__main__":
    Gst.init(None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
