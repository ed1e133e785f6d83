#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What comes with the plugin into each process: libraries_test.py PLUGIN DETECTORS OTHER_DETECTORS

PLUGIN is libgstooto.so, DETECTORS the file beside it, OTHER_DETECTORS the same of another version.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PLUGIN, DETECTORS, OTHER_DETECTORS = (Path(argument) for argument in sys.argv[1:4])
# Debian 12: 76 with the plugin and 82 with the detectors; Debian 13: 72 and 78. With OpenCV's
# imgcodecs they were 175. The rest is room for brokers and databases.
MOST, MOST_WITH_DETECTORS = 95, 101
# GUIs, codecs, formats and geography: each is there only because somebody linked more of OpenCV
# than he uses, and each is another surface for holes.
NEVER = re.compile(r"""lib(?:
    opencv_(?!core|imgproc|objdetect|dnn|calib3d|features2d|flann)\w+ |
    gdal | gdcm\w+ | poppler | netcdf | hdf5\w* | geos\w* | proj | spatialite | xerces\S* | kml\w+ |
    gtk\S* | gdk\S* | Qt\d\w* | OpenEXR\S* | openjp2 | tiff | webp\w* | av\w+ | swscale | dc1394 |
    mariadb\w* | pq | odbc\w*
    )[.-]""", re.X)
LATE = re.compile(r"libopencv_(?:dnn|objdetect|calib3d|features2d|flann)|libprotobuf")


def libraries_of(file):
    """Names of all libraries that come with `file`."""
    listed = subprocess.run(["ldd", file], capture_output=True, text=True, timeout=60, check=True,
                            env={**os.environ, "LC_ALL": "C"}).stdout
    if "not found" in listed:
        raise AssertionError(listed)
    # With `=>` for what was looked up: neither the kernel's nor the loader. Those of sanitizers
    # are not ours.
    names = {line.split()[0] for line in listed.splitlines() if "=>" in line}
    return {name for name in names if not re.match(r"lib[a-z]+san\.", name)}


class Libraries(unittest.TestCase):
    def check(self, names, most):
        self.assertGreater(len(names), 20)
        self.assertLessEqual(len(names), most, sorted(names))
        self.assertEqual([name for name in sorted(names) if NEVER.match(name)], [])

    def test_of_the_plugin_are_few(self):
        names = libraries_of(PLUGIN)
        self.check(names, MOST)
        self.assertEqual([name for name in sorted(names) if LATE.match(name)], [])

    def test_of_the_detectors_are_few(self):
        names = libraries_of(DETECTORS)
        self.assertTrue(any(LATE.match(name) for name in names))
        self.check(names | libraries_of(PLUGIN), MOST_WITH_DETECTORS)

    def test_names_that_must_not_be_there_are_known(self):
        for name in ("libgdal.so.32", "libopencv_imgcodecs.so.406", "libopencv_highgui.so.410",
                     "libopencv_videoio.so.406", "libhdf5_serial.so.103", "libpoppler.so.126",
                     "libnetcdf.so.19", "libgtk-3.so.0", "libgdk_pixbuf-2.0.so.0",
                     "libQt5Core.so.5", "libavcodec.so.59", "libpq.so.5"):
            self.assertTrue(NEVER.match(name), name)
        for name in ("libopencv_core.so.406", "libpng16.so.16", "libpixman-1.so.0"):
            self.assertFalse(NEVER.match(name), name)


class Symbols(unittest.TestCase):
    """What a library shows can be taken for that of another, and costs at start."""

    def shown(self, file):
        listed = subprocess.run(["nm", "--dynamic", "--defined-only", file], capture_output=True,
                                text=True, timeout=60, check=True).stdout
        return {line.split()[-1] for line in listed.splitlines()} - {"_edata", "_end",
                                                                    "__bss_start"}

    def test_the_plugin_shows_what_gstreamer_asks_for(self):
        self.assertEqual({name for name in self.shown(PLUGIN) if "ooto" in name},
                         {"gst_plugin_ooto_get_desc", "gst_plugin_ooto_register"})

    def test_the_detectors_show_what_the_plugin_asks_for(self):
        self.assertEqual({name for name in self.shown(DETECTORS) if "ooto" in name},
                         {"ooto_detector_module"})


class DetectorsFile(unittest.TestCase):
    """In a folder of its own, with another file than it should be beside the plugin, or none."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        shutil.copy(PLUGIN, self.folder)

    def launch(self, detector, path=None, cwd=None):
        """@return exit status, what it said"""
        environment = {**os.environ, "GST_PLUGIN_PATH": str(path or self.folder),
                       "GST_REGISTRY": str(self.folder / "registry.bin"),
                       "XDG_STATE_HOME": str(self.folder)}
        done = subprocess.run(
            ["gst-launch-1.0", "videotestsrc", "num-buffers=2", "!", "ootoidentify",
             "dry-run=true", "endpoint=http://127.0.0.1:9/", "app-id=a", "app-key=b",
             f"detector={detector}", "!", "fakesink"],
            env=environment, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_is_not_needed_without_a_detector(self):
        for detector in ("none", "upstream"):
            status, said = self.launch(detector)
            self.assertEqual(status, 0, said)

    def test_is_missed_by_name(self):
        status, said = self.launch("cascade")
        self.assertNotEqual(status, 0)
        self.assertIn(DETECTORS.name, said)
        self.assertIn("install the plugin again", said)

    def test_of_another_version_is_refused(self):
        shutil.copy(OTHER_DETECTORS, self.folder / DETECTORS.name)
        status, said = self.launch("cascade")
        self.assertNotEqual(status, 0)
        self.assertIn("is of version 0.0.0-other", said)

    def test_is_found_by_a_relative_path_and_through_a_link(self):
        shutil.copy(DETECTORS, self.folder)
        status, said = self.launch("cascade", path=self.folder.name, cwd=self.folder.parent)
        self.assertEqual(status, 0, said)
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / PLUGIN.name).symlink_to(self.folder / PLUGIN.name)
        status, said = self.launch("cascade", path=elsewhere)
        self.assertEqual(status, 0, said)

    def test_is_not_taken_for_a_plugin(self):
        shutil.copy(DETECTORS, self.folder)
        environment = {**os.environ, "GST_PLUGIN_PATH": str(self.folder),
                       "GST_REGISTRY": str(self.folder / "registry.bin")}
        listed = subprocess.run(["gst-inspect-1.0", "--print-blacklist"], env=environment,
                                capture_output=True, text=True, timeout=120, check=False)
        self.assertNotIn("detectors", listed.stdout + listed.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
