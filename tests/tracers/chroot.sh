# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Chroots of Debian releases, with the tracers of each.

tracer_packages=(bpftrace bpfcc-tools gdb linux-perf systemtap elfutils binutils libelf1 libbpf1
    libbpf-dev)
mounted=()

# make_chroot SUITE FOLDER: unless it is there already.
make_chroot() {
    local suite=$1 root=$2 script=()
    if [[ ! -e $root/usr/bin/apt-get ]]; then
        # An older debootstrap does not know the newest releases, which are all made alike.
        [[ -e /usr/share/debootstrap/scripts/$suite ]] || script=(/usr/share/debootstrap/scripts/sid)
        debootstrap --variant=minbase "$suite" "$root" http://deb.debian.org/debian "${script[@]}"
    fi
    enter_chroot "$root"
    # The lists of a release under way are valid for days only.
    chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c "
        apt-get -qq -o Acquire::Check-Valid-Until=false update &&
        apt-get -qq install -y --no-install-recommends ${tracer_packages[*]}" </dev/null >/dev/null
}

bind() { # FOLDER ROOT
    mountpoint -q "$2$1" && return
    mkdir -p "$2$1"
    mount --rbind "$1" "$2$1"
    mount --make-rprivate "$2$1" # what is unmounted there stays mounted here
    mounted=("$2$1" "${mounted[@]}")
}

# The programs that are traced run in the chroot as well, as they would on that release.
enter_chroot() { # ROOT
    local folder
    for folder in /proc /sys /dev "$USDT_DYN_BUILD"; do
        bind "$folder" "$1"
    done
}

leave_chroots() {
    local folder
    for folder in "${mounted[@]}"; do
        umount -R "$folder" || umount -R -l "$folder"
    done
    mounted=()
}
