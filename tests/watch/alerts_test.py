#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the alert rules by promtool: alerts_test.py SOURCE_ROOT.

They parse, they fire when they should (alerts_test.yml), and each metric in them is one that the
program writes. Exits with 77 where there is no promtool.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.argv[1])
RULES = ROOT / "apps/watch/ooto-alerts.yml"
UNIT_TESTS = ROOT / "tests/watch/alerts_test.yml"
METRICS = ROOT / "apps/watch/report/metrics.cpp"


def unwritten_metrics():
    """Metrics that a rule reads, or a unit test makes up, and that nobody writes."""
    written = set(re.findall(r'"((?:ooto|process)_[a-z_]+)"', METRICS.read_text(encoding="utf-8")))
    used = set()
    for path in (RULES, UNIT_TESTS):
        used |= set(re.findall(r"\b(?:ooto|process)_[a-z_]+", path.read_text(encoding="utf-8")))
    return {name for name in used if re.sub("_(bucket|sum|count)$", "", name) not in written}


def untested_alerts():
    """Alerts that no unit test names."""
    named = re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8"))
    assert named, f"no rules in {RULES}"
    return [name for name in named if name not in UNIT_TESTS.read_text(encoding="utf-8")]


def main():
    wrong = [f"{name} is written by nobody" for name in sorted(unwritten_metrics())]
    wrong += [f"{name} is not tested" for name in untested_alerts()]
    if wrong:
        sys.exit("\n".join(wrong))
    promtool = shutil.which("promtool")
    if not promtool:
        print("promtool is not installed: whether the rules fire was not tested")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        # The unit tests name the rules by their place beside them.
        for path in (RULES, UNIT_TESTS):
            shutil.copy(path, folder)
        for command in (["check", "rules", RULES.name], ["test", "rules", UNIT_TESTS.name]):
            subprocess.run([promtool, *command], cwd=folder, check=True)


main()
