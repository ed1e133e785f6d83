# SPDX-License-Identifier: LGPL-2.1-or-later
# Roots of other Debians, for the tools beside this file: `source` it.
# shellcheck shell=bash
#
# open_root SUITE [NAME]  makes the root $OOTO_ROOTS/NAME (/var/cache/ooto/NAME; NAME is SUITE where
#                         it is not told) if it is not there, takes it for this run alone, and mounts
#                         what programs need until this shell ends. Sets `root`. The root is kept for
#                         the next run. Exits with 77, and says so, where this machine cannot.
# copy_tree FOLDER        copies what git knows or would add to FOLDER of the root
# in_root COMMAND...      runs it in the root, from its /

source=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

# cannot WHY
cannot() {
    echo "== no root of Debian $suite here: $1" >&2
    exit 77
}

# Whatever is mounted below a folder, also by a run that was killed; the deepest first.
unmount_below() {
    local target
    awk -v folder="$1/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
        while IFS= read -r target; do
            umount "$target" || umount --lazy "$target"
        done
}

# Never into what is mounted there: /dev is this system's.
remove_root() {
    unmount_below "$1"
    rm -rf --one-file-system "$1"
}

make_root() {
    local marker=ooto-root # that the root is ours, and whole
    [ -f "$root/$marker" ] && return
    if [ -d "$root" ] && [ -n "$(ls -A "$root")" ]; then
        echo "$root is there already, and no root of ours: name another OOTO_ROOTS" >&2
        exit 1
    fi
    if ! command -v debootstrap >/dev/null; then
        if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap; }; then
            cannot "debootstrap cannot be installed"
        fi
    fi
    if [ ! -e "/usr/share/debootstrap/scripts/$suite" ]; then
        echo "debootstrap knows no Debian '$suite'" >&2
        exit 1
    fi
    echo "== making a root of Debian $suite in $root"
    remove_root "$root.new"
    mkdir -p "$root.new"
    debootstrap --variant=minbase "$suite" "$root.new" >"$root.log" 2>&1 ||
        cannot "debootstrap failed, see $root.log"
    # No services are to be started in it.
    printf '#!/bin/sh\nexit 101\n' >"$root.new/usr/sbin/policy-rc.d"
    chmod 755 "$root.new/usr/sbin/policy-rc.d"
    # A mirror that was not brought up to date for weeks has all that is needed here.
    echo 'Acquire::Check-Valid-Until "false";' >"$root.new/etc/apt/apt.conf.d/99-mirrors"
    touch "$root.new/$marker"
    if [ -d "$root" ]; then rmdir "$root"; fi
    mv "$root.new" "$root"
}

open_root() {
    suite=$1
    root=${OOTO_ROOTS:-/var/cache/ooto}/${2:-$suite}
    [ "$(id -u)" -eq 0 ] || cannot "that takes root"
    mkdir -p "$(dirname "$root")"
    exec 9>"$root.lock"
    flock --nonblock 9 || { echo "== waiting for another run in $root" && flock 9; }
    unmount_below "$root"
    trap 'unmount_below "$root"' EXIT
    make_root
    mount -t proc proc "$root/proc" 2>/dev/null || cannot "/proc cannot be mounted"
    mount --bind /dev "$root/dev" 2>/dev/null || cannot "/dev cannot be mounted"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
}

# Only what differs is copied, and is new then: checkouts of other states share the build, whose
# objects must not be taken for theirs.
copy_tree() {
    local file tree=$root$1
    mkdir -p "$tree"
    while IFS= read -r -d '' file; do
        [ -f "$source/$file" ] || continue
        cmp -s "$source/$file" "$tree/$file" && continue
        mkdir -p "$(dirname "$tree/$file")"
        cp --preserve=mode "$source/$file" "$tree/$file"
    done < <(git -C "$source" -c safe.directory='*' ls-files -z --cached --others --exclude-standard)
    while IFS= read -r -d '' file; do
        [ -e "$source/$file" ] || rm -f "$tree/$file"
    done < <(cd "$tree" && find . -path ./build -prune -o -type f -printf '%P\0')
}

in_root() {
    chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" 9>&-
}
