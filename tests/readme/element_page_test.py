#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages of docs/elements are what the elements say, and tools/element-page tells when not.

element_page_test.py SOURCE_ROOT  (GST_PLUGIN_PATH names the plugin)
"""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv[1])
ELEMENTS = ("ootoidentify", "ootooverlay", "ootopublish")


def element_page(root, *arguments):
    return subprocess.run([sys.executable, root / "tools/element-page", *arguments],
                          capture_output=True, text=True, timeout=60, check=False)


class Pages(unittest.TestCase):
    def test_are_what_the_elements_say(self):
        done = element_page(ROOT, "--check", *ELEMENTS)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_there_is_one_for_each_element(self):
        pages = {page.stem for page in (ROOT / "docs/elements").glob("*.md")}
        self.assertEqual(pages, set(ELEMENTS))


class Tool(unittest.TestCase):
    """In a copy of the tree."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for part in ("tools", "plugin", "docs/elements"):
            shutil.copytree(ROOT / part, self.root / part)
        self.page = self.root / "docs/elements/ootoidentify.md"

    def change(self, before, after):
        text = self.page.read_text(encoding="utf-8")
        self.assertIn(before, text)
        self.page.write_text(text.replace(before, after), encoding="utf-8")

    def test_says_what_differs_and_how_to_mend_it(self):
        self.change("| `timeout` | uint | 1 to 3600 | `10` |",
                    "| `timeout` | uint | 1 to 3600 | `11` |")
        done = element_page(self.root, "--check", *ELEMENTS)
        self.assertEqual(done.returncode, 1)
        command = re.search(r"GST_PLUGIN_PATH=\S+ tools/element-page (ootoidentify)\n",
                            done.stderr)
        self.assertIsNotNone(command, done.stderr)
        self.assertIn("-| `timeout` | uint | 1 to 3600 | `11` |", done.stderr)
        self.assertNotIn("ootooverlay.md", done.stderr)

        self.assertEqual(element_page(self.root, command.group(1)).returncode, 0)
        self.assertEqual(element_page(self.root, "--check", *ELEMENTS).returncode, 0)

    def test_misses_a_page(self):
        self.page.unlink()
        self.assertEqual(element_page(self.root, "--check", "ootoidentify").returncode, 1)

    def test_takes_the_launch_lines_from_the_source(self):
        for source in self.root.rglob("gstootoidentify.cpp"):
            text = source.read_text(encoding="utf-8")
            source.write_text(text.replace("in front of a webcam", "at the door"), encoding="utf-8")
        done = element_page(self.root, "--check", "ootoidentify")
        self.assertEqual(done.returncode, 1)
        self.assertIn("+Names the people at the door.", done.stderr)

    def change_source(self, name, before, after):
        for source in self.root.rglob(name):
            text = source.read_text(encoding="utf-8")
            self.assertIn(before, text)
            source.write_text(text.replace(before, after), encoding="utf-8")

    def test_takes_actions_from_the_source(self):
        self.change_source("gstootopublish.cpp", "Deletes what is stored of a person",
                           "Deletes all of it")
        done = element_page(self.root, "--check", "ootopublish")
        self.assertEqual(done.returncode, 1)
        self.assertIn("+Deletes all of it", done.stderr)

    def test_misses_an_argument_of_an_action(self):
        self.change_source("gstootopublish.cpp", "     * @visit_id: (nullable)", "     * (nullable)")
        done = element_page(self.root, "--check", "ootopublish")
        self.assertIn("the comment GstOotoPublish::forget has other arguments", done.stderr)
        self.assertNotEqual(done.returncode, 0)

    def test_knows_no_other_element(self):
        done = element_page(self.root, "ootonothing")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no element ootonothing", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
