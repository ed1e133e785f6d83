#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/enrol makes people known to the service and to ootoidentify, and forgotten again.

enrol_test.py SOURCE_ROOT OOTO-ENROL IDENTIFY-SERVER PHOTO  (GST_PLUGIN_PATH names the plugin)
"""
import email.parser
import email.policy
import http.server
import json
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT, ENROL, SERVER, PHOTO = map(Path, sys.argv[1:5])
FOLLOW = ROOT / "examples/read-faces/follow"
KEY = "enrolling-key"
TIMEOUT_S = 60
ENVIRONMENT = {**os.environ, "OOTO_APP_ID": "enroller", "OOTO_APP_KEY": KEY}
WHO = 'Grace "Amazing" Hopper, Грейс'
ID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"


class Fake(http.server.BaseHTTPRequestHandler):
    """Answers as it is told, and keeps what was asked."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.asked.append((self.path, self.headers, self.rfile.read(length)))
        status, body, more = self.server.answer
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.asked.append((self.path, self.headers, b""))
        self.send_error(404)

    def log_message(self, *_):
        pass


class Fixture(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.labels = self.folder / "labels.conf"

    def fake(self, status=200, body=b"", **header):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
        server.asked = []
        server.answer = status, body if isinstance(body, bytes) else json.dumps(body).encode(), header
        server.endpoint = f"http://127.0.0.1:{server.server_port}/api/v1.0/identify"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def stand_in(self):
        server = subprocess.Popen([SERVER, "--port", "0", "--detector", "cascade"], env=ENVIRONMENT,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        return re.search(r"http\S+", server.stdout.readline()).group(0)

    def run_enrol(self, endpoint, *arguments, **environment):
        # The last one given counts; none is ever the vendor's.
        done = subprocess.run([ENROL, "--endpoint", endpoint, *arguments], capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False,
                              env={name: value for name, value in
                                   {**ENVIRONMENT, **environment}.items() if value is not None})
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.assertNotRegex(done.stdout + done.stderr, "[\x00-\x09\x0b-\x1f\x7f]")
        return done

    def succeed(self, *arguments, **environment):
        done = self.run_enrol(*arguments, **environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def fail_with(self, expected, *arguments, code=1, **environment):
        done = self.run_enrol(*arguments, **environment)
        self.assertEqual(done.returncode, code, done.stdout)
        self.assertRegex(done.stderr, f"^ooto-enrol: .*{expected}")
        self.assertEqual(done.stdout, "")

    def with_labels(self, text, mode=0o640):
        self.labels.write_text(text, encoding="utf-8")
        self.labels.chmod(mode)
        return ["--labels", str(self.labels)]


class Whole(Fixture):
    """With the stand-in for the service, and the element."""

    def seen(self, endpoint):
        """What ootoidentify says of who looks into the camera."""
        line = (f'gst-launch-1.0 -e -m filesrc location="{PHOTO}" ! jpegdec ! videoconvert ! '
                "imagefreeze num-buffers=50 ! video/x-raw,framerate=25/1 ! ootoidentify "
                f"endpoint={endpoint} detector=cascade backpressure=true "
                f'labels-file="{self.labels}" ! fakesink | "{FOLLOW}"')
        return subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=True, env=ENVIRONMENT).stdout

    def test_who_is_enrolled_is_named_until_deleted(self):
        endpoint = self.stand_in()
        said = self.succeed(endpoint, "--labels", self.labels, WHO, PHOTO)
        found = re.fullmatch(rf"enrolled {re.escape(WHO)} as ([0-9a-f-]{{36}})\n", said)
        self.assertEqual(self.labels.read_text(encoding="utf-8"),
                         f"[labels]\n{found[1]}={WHO}\n")
        self.assertIn(f"named {WHO} (", self.seen(endpoint))

        self.assertEqual(self.succeed(endpoint, "--labels", self.labels, "--delete", WHO),
                         f"deleted {found[1]}\n")
        self.assertNotIn("=", self.labels.read_text(encoding="utf-8"))
        seen = self.seen(endpoint)
        self.assertNotIn("named", seen)
        self.assertRegex(seen, r"track \d+  unknown")
        self.fail_with(f"has no template {found[1]}", endpoint, "--delete", found[1])

    def test_a_label_is_deleted_of_what_the_service_has_forgotten(self):
        labels = self.with_labels(f"[labels]\n{ID}=Ada\nother=Eve\n")
        self.fail_with(f"has no template {ID}", self.stand_in(), *labels, "--delete", "Ada")
        self.assertEqual(self.labels.read_text(encoding="utf-8"), "[labels]\nother=Eve\n")

    def test_a_photo_without_a_face_and_a_wrong_key_are_refused(self):
        endpoint = self.stand_in()
        plain = self.folder / "plain.jpg"
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1", "!", "jpegenc", "!",
                        "filesink", f"location={plain}"], check=True, timeout=TIMEOUT_S)
        self.fail_with(r"can not detect face \(code 5\)", endpoint, "--labels", self.labels, WHO,
                       plain)
        self.fail_with(r"refused the app-id or app-key \(HTTP 401\)", endpoint, "--labels",
                       self.labels, WHO, PHOTO, OOTO_APP_KEY="wrong")
        self.fail_with(r"refused the app-id or app-key \(HTTP 401\)", endpoint, "--delete", ID,
                       OOTO_APP_KEY="wrong")
        self.assertFalse(self.labels.exists())


class Requests(Fixture):
    def test_a_photo_goes_as_the_service_wants_it(self):
        server = self.fake(body={"result": {"enroll": {"templateId": ID}}})
        png = self.folder / "Grace Hopper, private.png"
        png.write_bytes(b"\x89PNG\r\n\x1a\n...")
        for photo, name, kind in ((PHOTO, "photo.jpg", "image/jpeg"),
                                  (png, "photo.png", "image/png")):
            self.succeed(server.endpoint, WHO, photo)
            path, header, body = server.asked.pop()
            self.assertEqual((path, header["APP-ID"], header["APP-KEY"]),
                             ("/api/v1.0/add", "enroller", KEY))
            message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
                b"Content-Type: " + header["Content-Type"].encode() + b"\r\n\r\n" + body)
            part, = message.iter_parts()
            self.assertEqual(part["Content-Disposition"].params, {"name": "photo", "filename": name})
            self.assertEqual(part.get_content_type(), kind)
            self.assertEqual(part.get_payload(decode=True), photo.read_bytes())

    def test_a_delete_goes_as_the_service_wants_it(self):
        server = self.fake(body={"transactionId": "x"})
        self.succeed(server.endpoint, "--delete", 'a"b')
        path, header, body = server.asked.pop()
        self.assertEqual((path, header["APP-ID"], header["APP-KEY"], header["Content-Type"]),
                         ("/api/v1.0/delete", "enroller", KEY, "application/json"))
        self.assertEqual(json.loads(body), {"templateId": 'a"b'})

    def test_both_shapes_of_answers_are_understood(self):
        for result in ({"enroll": {"templateId": f" {ID}\n"}, "quality": {}},
                       {"templateId": ID, "face": {}}):
            server = self.fake(body={"result": result})
            self.assertEqual(self.succeed(server.endpoint, "Ada", PHOTO), f"enrolled Ada as {ID}\n")

    def test_what_is_no_enrolment_is_told(self):
        for status, body, told in (
                (200, b"", "HTTP 200, and not as"), (200, b"[" * 100000, "HTTP 200, and not as"),
                (200, b'{"result":{"enroll":{"templateId":7}}}', "HTTP 200, and not as"),
                (200, b'{"result":[]}', "HTTP 200"), (404, b"<html>", "HTTP 404.*--endpoint"),
                (503, b"\xff", "HTTP 503"), (403, b"{}", "app-key"),
                (400, {"result": {"code": 9, "info": "too\x1b[2J\nsmall"}}, r"too .*small \(code 9\)"),
                (400, {"result": {"code": 9, "info": f"your key {KEY}"}}, "HTTP 400")):
            server = self.fake(status, body)
            self.fail_with(told, server.endpoint, "--labels", self.labels, WHO, PHOTO)
            if status != 200:
                self.fail_with(told, server.endpoint, "--labels", self.labels, "--delete", WHO)
        self.assertFalse(self.labels.exists())

    def test_the_key_follows_no_redirect(self):
        other = self.fake()
        for status in (301, 302, 303, 307, 308):
            server = self.fake(status, b"", Location=other.endpoint)
            self.fail_with(f"HTTP {status}", server.endpoint, WHO, PHOTO)
        self.assertEqual(other.asked, [])

    def test_a_service_that_is_down_is_told(self):
        with socket.socket() as unused:  # bound, but nobody listens there
            unused.bind(("127.0.0.1", 0))
            self.fail_with("cannot be asked: .*refused",
                           f"http://127.0.0.1:{unused.getsockname()[1]}/identify", WHO, PHOTO)

    def test_only_an_identify_endpoint_is_asked_and_not_in_the_clear(self):
        for endpoint in ("", "no URL", "ftp://127.0.0.1/identify", "http://127.0.0.1/api/v1.0",
                         "https:///identify", "http://a:b@127.0.0.1/identify",
                         "http://127.0.0.1/identify?x=identify"):
            self.fail_with("--endpoint is the URL", endpoint, WHO, PHOTO)
        self.fail_with("plain http to 192.0.2.1; .*--allow-http", "http://192.0.2.1/identify", WHO,
                       PHOTO)
        self.fail_with("plain http to localhost.example", "http://localhost.example/identify",
                       "--delete", WHO)
        self.succeed(self.fake(body={}).endpoint.replace("127.0.0.1", "localhost"), "--delete", WHO)

    def test_plain_http_to_another_host_may_be_allowed(self):
        # A proxy stands for the other host.
        proxy = self.fake(body={})
        self.succeed("http://192.0.2.1/identify", "--allow-http", "--delete", WHO,
                     http_proxy=f"http://127.0.0.1:{proxy.server_port}", no_proxy="",
                     GIO_USE_PROXY_RESOLVER=None)
        self.assertEqual(proxy.asked[0][0], "http://192.0.2.1/delete")


class Files(Fixture):
    def test_other_labels_comments_and_the_mode_are_kept(self):
        before = ("# Who works here\n\n[labels]\n# the first floor\na-b-c = Eve \\\\ x\n"
                  f"{ID} = Old\n\n# others\n[another]\nkey=[v]\n")
        server = self.fake(body={"result": {"enroll": {"templateId": ID}}})
        for mode in (0o600, 0o644, 0o664):
            labels = self.with_labels(before, mode)
            self.succeed(server.endpoint, *labels, WHO, PHOTO)
            self.assertEqual(stat.S_IMODE(self.labels.stat().st_mode), mode)
            text = self.labels.read_text(encoding="utf-8")
            for line in before.splitlines():
                if "Old" not in line and " = " not in line:
                    self.assertIn(line + "\n", text)
            self.assertRegex(text, r"(?m)^a-b-c ?= ?Eve \\\\ x$")
            self.assertIn(f"{ID}={WHO}\n", text)
            self.assertNotIn("Old", text)
            self.succeed(server.endpoint, *labels, "--delete", ID)
            self.assertNotIn(ID, self.labels.read_text(encoding="utf-8"))
            self.assertIn("a-b-c", self.labels.read_text(encoding="utf-8"))
        self.assertEqual(os.listdir(self.folder), ["labels.conf"])  # no parts of files

    def test_a_new_file_is_for_its_owner_and_a_link_stays_one(self):
        server = self.fake(body={"result": {"enroll": {"templateId": ID}}})
        self.succeed(server.endpoint, "--labels", self.labels, WHO, PHOTO)
        self.assertEqual(stat.S_IMODE(self.labels.stat().st_mode), 0o600)
        link = self.folder / "link"
        link.symlink_to("labels.conf")
        self.succeed(server.endpoint, "--labels", link, "--delete", WHO)
        self.assertTrue(link.is_symlink())
        self.assertNotIn(ID, self.labels.read_text(encoding="utf-8"))

    def test_nobody_is_enrolled_whose_label_cannot_be_written(self):
        server = self.fake(body={"result": {"enroll": {"templateId": ID}}})
        read_only = self.with_labels("[labels]\n", 0o444)
        self.fail_with("is read-only; run: chmod u.w", server.endpoint, *read_only, WHO, PHOTO)
        self.assertEqual(self.labels.read_text(encoding="utf-8"), "[labels]\n")
        no_key_file = self.with_labels("no key file\n")
        self.fail_with("labels.conf cannot be used", server.endpoint, *no_key_file, WHO, PHOTO)
        self.fail_with("cannot be replaced", server.endpoint, "--labels", "/nonesuch/labels", WHO,
                       PHOTO)
        self.fail_with("cannot be used", server.endpoint, "--labels", self.folder, "--delete", WHO)
        self.assertEqual(server.asked, [])

    def test_a_label_that_cannot_be_written_afterwards_is_told_with_the_id(self):
        server = self.fake(body={"result": {"enroll": {"templateId": "a=b"}}})
        done = self.run_enrol(server.endpoint, "--labels", self.labels, WHO, PHOTO)
        self.assertEqual((done.returncode, done.stdout), (1, f"enrolled {WHO} as a=b\n"))
        self.assertIn("cannot hold the template id", done.stderr)

    def test_a_name_of_several_is_not_deleted(self):
        server = self.fake(body={})
        labels = self.with_labels("[labels]\na=Ada\nb=Ada\nAda=Eve\nc=Bea\nd=Bea\n")
        self.fail_with("Bea is the name of several: delete one of c d", server.endpoint, *labels,
                       "--delete", "Bea")
        self.assertEqual(server.asked, [])
        self.assertEqual(self.succeed(server.endpoint, *labels, "--delete", "Ada"),
                         "deleted Ada\n")  # an id goes before a name
        self.assertEqual(self.succeed(server.endpoint, *labels, "--delete", "c"), "deleted c\n")
        self.assertEqual(self.labels.read_text(encoding="utf-8"), "[labels]\na=Ada\nb=Ada\nd=Bea\n")

    def test_photos_that_cannot_be_used_are_told(self):
        server = self.fake()
        text = self.folder / "text.jpg"
        text.write_text("no photo", encoding="utf-8")
        fifo = self.folder / "fifo.jpg"
        os.mkfifo(fifo)
        huge = self.folder / "huge.jpg"
        with huge.open("wb") as file:
            file.truncate(21_000_000)
        for photo, told in ((self.folder / "none.jpg", "none.jpg cannot be read"),
                            (self.folder, "cannot be read"), (fifo, "cannot be read"),
                            (huge, "more than 20 MB"), ("/dev/null", "cannot be read"),
                            (text, "neither JPEG nor PNG")):
            self.fail_with(told, server.endpoint, "--labels", self.labels, WHO, photo)
        self.assertEqual(server.asked, [])

    def test_the_account_comes_from_the_file_or_the_environment(self):
        server = self.fake(body={})
        conf = self.folder / "ooto.conf"
        option = ["--credentials-file", str(conf)]
        conf.write_text(f"[ooto]\napp-id=filed\napp-key={KEY}-filed\n", encoding="utf-8")
        conf.chmod(0o640)
        self.succeed(server.endpoint, *option, "--delete", WHO)
        self.assertEqual((server.asked[0][1]["APP-ID"], server.asked[0][1]["APP-KEY"]),
                         ("filed", f"{KEY}-filed"))
        conf.chmod(0o644)
        self.fail_with("open to everyone; run: chmod o-rwx", server.endpoint, *option, "--delete", WHO)
        conf.chmod(0o600)
        for text, told in ((f"[ooto]\napp-id={KEY}\n", "No app-key: write it into"),
                           (f"{KEY}\n", "is no key file"),
                           (f"[ooto]\napp-id=x\napp-key={KEY}ё\n", "holds what cannot be sent")):
            conf.write_text(text, encoding="utf-8")
            self.fail_with(told, server.endpoint, *option, "--delete", WHO)
        self.fail_with("none.conf cannot be read", server.endpoint, "--credentials-file",
                       self.folder / "none.conf", "--delete", WHO)
        self.fail_with("No app-key: .*OOTO_APP_KEY", server.endpoint, "--delete", WHO,
                       OOTO_APP_KEY="")
        self.assertEqual(len(server.asked), 1)


class CommandLine(Fixture):
    def test_what_makes_no_sense_is_told(self):
        nowhere = "http://127.0.0.1:9/identify"
        for arguments, told in (([], "NAME and PHOTO"), ([WHO], "NAME and PHOTO"),
                                ([WHO, PHOTO, "more"], "NAME and PHOTO"),
                                (["--delete", WHO, PHOTO], "--delete takes no"),
                                (["--nonesuch"], "nonesuch"), (["", PHOTO], "control characters"),
                                (["a\nb", PHOTO], "control characters"),
                                (["--delete", ""], "control characters")):
            self.fail_with(told, nowhere, *arguments, code=2)

    def test_help_names_every_option(self):
        done = self.run_enrol("http://127.0.0.1:9/identify", "--help")
        self.assertEqual(done.returncode, 0)
        for word in ("NAME PHOTO", "--endpoint", "--allow-http", "--credentials-file", "--labels",
                     "--delete"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
