#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names of tests have one spelling, TEST(Subject, whatItDoes): test_names_test.py SOURCE_ROOT"""
import re
import sys
import unittest
from pathlib import Path

TESTS = Path(sys.argv[1]) / "tests"
CASE = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
SUBJECT = re.compile(r"[A-Z][A-Za-z0-9]*")
NAME = re.compile(r"(DISABLED_)?[a-z][A-Za-z0-9]*")


class TestNames(unittest.TestCase):
    def setUp(self):
        self.cases = {path: CASE.findall(path.read_text(encoding="utf-8"))
                      for path in TESTS.rglob("*.cpp")}
        self.assertTrue(any(self.cases.values()))

    def test_are_camel_case(self):
        for path, cases in self.cases.items():
            for subject, name in cases:
                with self.subTest(file=path.name, test=f"{subject}.{name}"):
                    self.assertTrue(SUBJECT.fullmatch(subject) and NAME.fullmatch(name))

    def test_are_unique_in_a_program(self):
        for path, cases in self.cases.items():
            self.assertEqual(len(set(cases)), len(cases), path.name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
