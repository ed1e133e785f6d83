#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints, as JSON lines, what ootoidentify says about each frame and on the bus: docs/json.md.
GST_PLUGIN_PATH names the plugin's folder before it is installed."""
import argparse, json, signal, sys

import gi  # Debian: python3-gi, and python3-gst-1.0, without which structures have no [...]
gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def plain(value):
    """Structures as dict, in order (their keys() has none), and Gst.ValueArray as list."""
    if isinstance(value, Gst.Structure):
        return {n: plain(value[n]) for n in map(value.nth_field_name, range(value.n_fields()))}
    return [plain(element) for element in value] if isinstance(value, Gst.ValueArray) else value


def on_buffer(_pad, info):
    buffer = info.get_buffer()  # to be kept as long as its meta and structure are looked at
    frame = {"pts": buffer.pts} if buffer.pts != Gst.CLOCK_TIME_NONE else {}
    frame.update(plain(buffer.get_custom_meta("OotoFaces").get_structure()))
    sys.stdout.write(json.dumps(frame) + "\n")  # one call: print() mixes lines of two threads
    return Gst.PadProbeReturn.OK  # without it, as after an exception, the buffer is dropped


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--endpoint", required=True, help="URL of the identify service to ask")
parser.add_argument("--credentials-file", required=True, help="key file: [ooto] app-id, app-key")
parser.add_argument("--launch", action="store_true", help="SOURCE is elements, as gst-launch's")
parser.add_argument("--properties", default="", help='of ootoidentify, such as "camera=door"')
parser.add_argument("SOURCE", help="a video file or a URI")
options = parser.parse_args()
sys.stdout.reconfigure(line_buffering=True)  # who reads through a pipe wants lines at once
Gst.init(None)
video, uri = options.SOURCE, ""
if not options.launch:
    uri = video if Gst.uri_is_valid(video) else Gst.filename_to_uri(video)
    video = f'uridecodebin uri="{uri}" ! videoconvert ! videoflip video-direction=auto'
pipeline = Gst.parse_launch(  # files go as fast as answers come, and none is missed
    f"{video} ! videoconvert ! ootoidentify name=identify backpressure={uri.startswith('file:')} "
    f"{options.properties} ! fakesink")
identify = pipeline.get_by_name("identify")
identify.props.endpoint = options.endpoint
identify.props.credentials_file = options.credentials_file
identify.srcpads[0].add_probe(Gst.PadProbeType.BUFFER, on_buffer)
# In order, so that faces get their "end"; Python does this between two looks at the bus.
signal.signal(signal.SIGINT, lambda *_: identify.sinkpads[0].send_event(Gst.Event.new_eos()))
pipeline.set_state(Gst.State.PLAYING)
kind = None
while kind not in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
    message = pipeline.get_bus().timed_pop(Gst.SECOND // 10)
    kind = message and message.type
    if kind in (Gst.MessageType.WARNING, Gst.MessageType.ERROR):
        sys.stderr.write(f"read_faces.py: {message.get_structure()['gerror'].message}\n")
    elif message and any(map(message.has_name, ("ooto-face", "ooto-service", "ooto-notice"))):
        sys.stdout.write(message.get_structure()["json"] + "\n")
pipeline.set_state(Gst.State.NULL)
sys.exit(kind == Gst.MessageType.ERROR)
