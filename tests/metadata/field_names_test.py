#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each public field's name stands once in the code: in plugin/metadata/face_fields.h.

field_names_test.py SOURCE_ROOT
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
HEADER = ROOT / "plugin/metadata/face_fields.h"
# They speak of other things: core/ names values, service/ reads what the service sends, and a
# property may be called like the field that it fills.
ELSEWHERE = ("core", "service")
PROPERTIES = ("properties.cpp", "settings.h", "statistics.cpp")
# Home Assistant's keys, and ids of entities.
FOREIGN = {"publish/home_assistant.cpp"}
# A word for people that happens to be a param's name; names of others.
WORDS = {("overlay/text.cpp", "deepfake"), ("http/multipart.cpp", "name"),
         ("publish/credentials_source.cpp", "uri")}


def literals(text):
    text = re.sub(r"//[^\n]*|/\*.*?\*/|^#include[^\n]*", "", text, flags=re.S | re.M)
    return re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)


def names():
    """By namespace, since DL Streamer has names of its own."""
    for part in re.split(r"^namespace \w+$", HEADER.read_text(encoding="utf-8"), flags=re.M):
        found = re.findall(r'\*\w+ =\s+"([^"]+)"', part)
        for name in {name for name in found if found.count(name) > 1}:
            yield None, f"face_fields.h names {name} twice"
        for name in found:
            yield name, None


def main():
    known, problems = set(), []
    for name, problem in names():
        problems += [problem] if problem else []
        known |= {name} if name else set()
    if len(known) < 70:
        problems.append(f"only {len(known)} names found in {HEADER}")
    plugin = ROOT / "plugin"
    read = 0
    for file in sorted([*plugin.rglob("*.cpp"), *plugin.rglob("*.h")]):
        inside = file.relative_to(plugin)
        if file == HEADER or str(inside) in FOREIGN:
            continue
        if inside.parts[0] in ELSEWHERE or file.name.endswith(PROPERTIES):
            continue
        read += 1
        for literal in literals(file.read_text(encoding="utf-8")):
            if literal in known and (str(inside), literal) not in WORDS:
                problems.append(f"plugin/{inside} says \"{literal}\": take it from face_fields.h")
    if read < 40:
        problems.append(f"only {read} files found below {plugin}")
    print("\n".join(problems) or f"{len(known)} names in {read} files")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
