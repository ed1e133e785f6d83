# SPDX-License-Identifier: LGPL-2.1-or-later
# What lines that take any kind of source begin with; sourced by them, with the source in $from: a
# device, an RTSP stream, or a video file.

# shellcheck shell=bash disable=SC2034,SC2154
pace=()
case $from in
rtsp://* | rtsps://*)
    # The caps keep a camera's sound out: without them it is linked instead in some starts.
    source=(rtspsrc "location=$from" protocols=tcp latency=200 add-reference-timestamp-meta=true
        ! 'application/x-rtp,media=video')
    ;;
/dev/*)
    source=(v4l2src "device=$from")
    ;;
*)
    source=(filesrc "location=$from")
    pace=(! clocksync) # a file would be over at once
    ;;
esac
