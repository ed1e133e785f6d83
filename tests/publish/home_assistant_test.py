#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Home Assistant gets follows its rules for device-based discovery, and means what it should.

home_assistant_test.py SCHEMA PRINT_DISCOVERY
"""
import copy
import json
import re
import subprocess
import sys
import unittest

import jsonschema

SCHEMA, PROGRAM = sys.argv[1:3]
CAMERA = {
    "persons": "sensor",
    "faces": "sensor",
    "unknown": "binary_sensor",
    "event": "event",
    "photo": "image",
    "connected": "binary_sensor",
    "problem": "binary_sensor",
    "calls_today": "sensor",
    "budget_left": "sensor",
}
WITH_THE_STATUS_ALONE = {"connected", "problem", "calls_today", "budget_left"}


def load():
    done = subprocess.run([PROGRAM], check=True, timeout=60, stdout=subprocess.PIPE)
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


class Discovery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(SCHEMA, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)
        cls.lines = load()
        cls.cameras = [line for line in cls.lines if "event" in line["document"]["components"]]
        cls.persons = [line for line in cls.lines if "place" in line["document"]["components"]]

    def test_all_are_there(self):
        # Two prefixes, each camera once with and once without its photo.
        self.assertEqual(len(self.cameras), 2 * 2 * 6)
        self.assertEqual(len(self.persons), 2 * 4)
        self.assertEqual(len(self.lines), len(self.cameras) + len(self.persons))

    def test_documents_follow_the_rules(self):
        for line in self.lines:
            with self.subTest(topic=line["topic"]):
                problems = [
                    f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                    for error in self.validator.iter_errors(line["document"])
                ]
                self.assertEqual(problems, [])

    def test_rules_refuse_what_home_assistant_does(self):
        good = self.cameras[0]["document"]

        def broken(change):
            document = copy.deepcopy(good)
            change(document)
            return not self.validator.is_valid(document)

        self.assertFalse(broken(lambda d: None))
        for change in (
            lambda d: d.pop("origin"),
            lambda d: d["device"].pop("identifiers"),
            lambda d: d["components"]["faces"].update(object_id="door_faces"),
            lambda d: d["components"]["faces"].update(device_class="faces"),
            lambda d: d["components"]["faces"].pop("unique_id"),
            lambda d: d["components"]["faces"].update(default_entity_id="binary_sensor.faces"),
            lambda d: d["components"]["event"].pop("event_types"),
            lambda d: d["components"]["photo"].update(state_topic="x"),
            lambda d: d["components"].update({"a b": {"platform": "sensor"}}),
            lambda d: d["availability"][0].pop("value_template"),
        ):
            self.assertTrue(broken(change))

    def test_topics_have_one_level_for_the_device(self):
        for line in self.lines:
            self.assertRegex(line["topic"], r"^homeassistant/device/[a-zA-Z0-9_-]+/config$")
            device = line["topic"].split("/")[2]
            self.assertEqual(line["document"]["device"]["identifiers"], [device])

    def test_ids_are_unique(self):
        owners = {}
        for line in self.lines:
            for name, component in line["document"]["components"].items():
                if "unique_id" in component:
                    owner = owners.setdefault(component["unique_id"], (line["topic"], name))
                    self.assertEqual(owner, (line["topic"], name))
        self.assertEqual(len(owners), 2 * (6 * len(CAMERA) + 4))

    def test_cameras_have_the_components(self):
        for line in self.cameras:
            components = line["document"]["components"]
            self.assertEqual({name: c["platform"] for name, c in components.items()} | {
                "photo": "image"}, CAMERA)
        # Of one prefix: shown, then gone; of the other: shown later.
        photos = [line["document"]["components"].get("photo") for line in self.cameras]
        self.assertTrue(all("image_topic" in photo for photo in photos[:6]))
        self.assertEqual(photos[6:12], [{"platform": "image"}] * 6)
        self.assertEqual(photos[12:18], [None] * 6)
        self.assertTrue(all("image_topic" in photo for photo in photos[18:]))

    def test_availability(self):
        for line in self.cameras:
            document = line["document"]
            topics = [entry["topic"] for entry in document["availability"]]
            self.assertRegex(topics[0], "/status/ooto-d9k8$")
            self.assertRegex(topics[1], "/camera/[a-z0-9_-]+/state$")
            self.assertEqual(document["availability_mode"], "all")
            for name, component in document["components"].items():
                own = component.get("availability")
                if name in WITH_THE_STATUS_ALONE:
                    self.assertEqual([entry["topic"] for entry in own], topics[:1])
                else:
                    self.assertIsNone(own)

    def test_names_stand_in_no_topic(self):
        for line in self.persons:
            place = line["document"]["components"]["place"]
            for topic in (line["topic"], place["state_topic"]):
                self.assertIsNone(re.search("anna|amazing", topic, re.I), topic)
        names = {line["document"]["device"]["name"] for line in self.persons}
        self.assertEqual(
            names, {"Anna", 'Grace "Amazing" Hopper', "{{ states('x') }}\\", "日本"})

    def test_late_events_are_kept_out(self):
        try:
            import jinja2
        except ImportError:
            self.skipTest("jinja2 is not there")
        environment = jinja2.Environment()
        environment.filters["to_json"] = json.dumps
        environment.globals["dict"] = dict
        components = self.cameras[0]["document"]["components"]

        def render(name, value):
            text = json.dumps(value) if not isinstance(value, str) else value
            template = environment.from_string(components[name]["value_template"])
            return template.render(value=text, value_json=value)

        event = {"type": "answered", "name": 'O"Neil'}
        self.assertEqual(json.loads(render("event", event)), event | {"event_type": "answered"})
        self.assertNotEqual(render("event", event | {"delayed-ms": 29999}), "")
        self.assertEqual(render("event", event | {"delayed-ms": 30000}), "")
        self.assertEqual(render("unknown", {"unknown": 2}), "ON")
        self.assertEqual(render("unknown", {"unknown": 0}), "OFF")
        self.assertEqual(render("connected", "live"), "ON")
        self.assertEqual(render("connected", "stalled"), "OFF")
        self.assertEqual(render("problem", {"state": "ok"}), "OFF")
        self.assertEqual(render("problem", {"state": "down"}), "ON")
        self.assertEqual(render("calls_today", {"calls-today": 0}), "0")
        self.assertEqual(render("budget_left", {}), "None")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
