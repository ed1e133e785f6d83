# SPDX-License-Identifier: LGPL-2.1-or-later
# What the launch lines have in common; sourced by them.
#
#   OOTO_APP_ID, OOTO_APP_KEY  your account; read by ootoidentify itself. Or
#   OOTO_CREDENTIALS_FILE      a key file with the group [ooto] and the keys app-id and app-key
#   OOTO_ENDPOINT              another identify service than the vendor's
#   OOTO_SINK                  what shows the picture (autovideosink); without a display: fakesink

# shellcheck shell=bash disable=SC2034
read -ra sink <<<"${OOTO_SINK:-autovideosink}"
service=(
    ${OOTO_ENDPOINT:+"endpoint=$OOTO_ENDPOINT"}
    ${OOTO_CREDENTIALS_FILE:+"credentials-file=$OOTO_CREDENTIALS_FILE"}
)

checkout=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# Prints what gst-launch-1.0 -m says of faces in one line each. Not behind a pipe, so that a signal
# to the script reaches gst-launch.
follow=$checkout/examples/read-faces/follow

# A build in this checkout serves without being installed.
plugin=$checkout/build/plugin
if [ -z "${GST_PLUGIN_PATH:-}" ] && [ -d "$plugin" ]; then
    export GST_PLUGIN_PATH=$plugin
fi
