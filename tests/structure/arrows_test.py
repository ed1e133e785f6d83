#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder of the plugin can include what plugin/meson.build lets it include, and nothing else.

arrows_test.py SOURCE_ROOT BUILD_ROOT FOLDER=ENTRY,ENTRY... ...

Includes are tried with the compile line of the folder's own library.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PLUGIN = Path(sys.argv[1]) / "plugin"
BUILD = Path(sys.argv[2])
ARROWS = {folder: [entry for entry in entries.split(",") if entry]
          for folder, entries in (argument.split("=") for argument in sys.argv[3:])}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)
NOT_FOUND = re.compile(r"No such file or directory|file not found")
TIMEOUT_S = 120
TAKES_A_FILE = ("-o", "-MF", "-MQ", "-MT")


def includes_of(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def headers_of(folder):
    return sorted(str(path.relative_to(PLUGIN)) for path in (PLUGIN / folder).rglob("*.h"))


def is_allowed(folder, header):
    return header in ARROWS[folder] or header.split("/")[0] in (folder, *ARROWS[folder])


class Compiler:
    """Checks one include with the compile line of a folder's library."""

    def __init__(self):
        self.lines = {}
        for command in json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8")):
            directory = Path(command["directory"])
            file = Path(os.path.normpath(directory / command["file"]))
            for folder in ARROWS:
                if file.is_relative_to(PLUGIN / folder) and "libooto-" in command["command"]:
                    self.lines.setdefault(folder, (directory, self.stripped(command["command"])))

    @staticmethod
    def stripped(line):
        words = iter(shlex.split(line))
        kept = []
        for word in words:
            if word in TAKES_A_FILE:
                next(words)
            elif word not in ("-c", "-MD") and not word.endswith((".cpp", "ccache")):
                kept.append(word)
        return kept

    def errors(self, folder, header):
        """@return what the compiler says about a file of the folder that includes the header"""
        directory, line = self.lines[folder]
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as file:
            file.write(f'#include "{header}"\n')
            file.flush()
            done = subprocess.run([*line, "-fsyntax-only", file.name], cwd=directory,
                                  env={**os.environ, "LC_ALL": "C"}, capture_output=True,
                                  text=True, timeout=TIMEOUT_S, check=False)
        return done.stderr if done.returncode else ""


class Arrows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.compiler = Compiler()

    def test_each_folder_of_the_plugin_has_a_line(self):
        folders = {path.parent.name for path in PLUGIN.glob("*/meson.build")}
        self.assertEqual(set(ARROWS), folders)
        self.assertEqual(set(self.compiler.lines), folders)

    def test_arrows_point_to_lines_further_up(self):
        above = set()
        for folder, entries in ARROWS.items():
            self.assertLessEqual({entry.split("/")[0] for entry in entries}, above, folder)
            above.add(folder)

    def forbidden(self):
        for folder in ARROWS:
            for other in ARROWS:
                headers = [name for name in headers_of(other) if not is_allowed(folder, name)]
                if headers:
                    yield folder, headers[0]

    def allowed(self):
        """Per arrow one header: where there is one, one that is included in fact."""
        for folder, entries in ARROWS.items():
            used = {name for path in (PLUGIN / folder).rglob("*.cpp") for name in includes_of(path)}
            for entry in (folder, *entries):
                headers = [entry] if entry.endswith(".h") else headers_of(entry)
                yield folder, min(headers, key=lambda name, used=used: (name not in used, name))

    def tried(self, pairs):
        pairs = list(pairs)
        self.assertTrue(pairs)
        with ThreadPoolExecutor(2) as pool:
            errors = pool.map(lambda pair: self.compiler.errors(*pair), pairs)
        return zip(pairs, errors)

    def test_a_forbidden_include_is_not_found(self):
        for (folder, header), errors in self.tried(self.forbidden()):
            with self.subTest(folder=folder, header=header):
                self.assertRegex(errors, NOT_FOUND)
                self.assertIn(header, errors)

    def test_an_allowed_include_compiles(self):
        for (folder, header), errors in self.tried(self.allowed()):
            with self.subTest(folder=folder, header=header):
                self.assertEqual(errors, "")


class Includes(unittest.TestCase):
    def setUp(self):
        self.includes = {str(path.relative_to(PLUGIN)): includes_of(path)
                         for pattern in ("*.h", "*.cpp") for path in PLUGIN.rglob(pattern)}

    def test_name_the_folder(self):
        """A path such as ../http/proxy.h would lead past what a folder may include."""
        for file, names in self.includes.items():
            for name in names:
                self.assertIn(name, self.includes, f"{file} includes it")

    def test_go_in_no_circle(self):
        done = set()

        def visit(file, way):
            self.assertNotIn(file, way, " includes ".join([*way, file]))
            if file in done:
                return
            for name in self.includes.get(file, []):
                visit(name, [*way, file])
            done.add(file)

        for file in self.includes:
            visit(file, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
