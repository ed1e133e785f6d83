#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The standard's own library takes our signatures: standard_webhooks_test.py SIGNED_WEBHOOK

Skipped where node, npm or the network is missing.
"""
import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SIGNED_WEBHOOK = sys.argv[1]
PACKAGE = "standardwebhooks@1.0.0"
SKIPPED = 77
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = '{"type":"answered","name":"Ann\u00e9 \U0001f600","box":[1, 2.50]}'
VERIFY = """
const { Webhook } = require("standardwebhooks");
const [body, secret, id, timestamp, signature] = process.argv.slice(1);
try {
    new Webhook(secret).verify(body, { "webhook-id": id, "webhook-timestamp": timestamp,
                                       "webhook-signature": signature });
    console.log("good");
} catch (error) {
    console.log(error.message);
}
"""


def skip(why):
    print("SKIP: " + why)
    sys.exit(SKIPPED)


def install(directory):
    for program in ("node", "npm"):
        if not shutil.which(program):
            skip(program + " is missing")
    try:
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", directory,
             PACKAGE], capture_output=True, text=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        skip("npm's registry does not answer")
    if done.returncode != 0:
        skip("npm does not get " + PACKAGE + ": " + done.stderr.strip()[:200])


def sign(event_id, seconds, body, *secrets):
    return subprocess.run([SIGNED_WEBHOOK, event_id, str(seconds), body, *secrets],
                          capture_output=True, text=True, timeout=20, check=True).stdout.strip()


class StandardWebhooks(unittest.TestCase):
    def verify(self, signature, seconds, secret=SECRET, body=BODY, event_id="01hq4-17"):
        done = subprocess.run(
            ["node", "-e", VERIFY, "--", body, secret, event_id, str(seconds), signature],
            cwd=DIRECTORY, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.strip()

    def setUp(self):
        self.now = int(time.time())
        self.signature = sign("01hq4-17", self.now, BODY, SECRET)

    def test_are_verified(self):
        self.assertEqual(self.verify(self.signature, self.now), "good")

    def test_are_refused_when_something_was_changed(self):
        for changed in ({"body": BODY.replace("2.50", "2.5")}, {"event_id": "01hq4-18"},
                        {"secret": OTHER_SECRET}):
            with self.subTest(json.dumps(changed)):
                self.assertNotEqual(self.verify(self.signature, self.now, **changed), "good")
        self.assertNotEqual(self.verify(self.signature, self.now - 1), "good")

    def test_are_verified_by_either_secret_while_they_are_exchanged(self):
        both = sign("01hq4-17", self.now, BODY, OTHER_SECRET, SECRET)
        for secret in (SECRET, OTHER_SECRET):
            self.assertEqual(self.verify(both, self.now, secret=secret), "good")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ooto-test-") as DIRECTORY:
        install(DIRECTORY)
        unittest.main(argv=sys.argv[:1])
