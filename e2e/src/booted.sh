#!/bin/sh
# Boots systemd in namespaces, on a copy of this machine that forgets.
#   booted.sh FOLDER NAME PROGRAM
#
# What is written goes to memory: the machine's / lies below, and is only read.
# Processes, mounts, the host name and control groups are the booted machine's
# own; the network is shared, so that it reaches the servers of the test.
set -eu
folder=$1 name=$2 program=$3
groups=/sys/fs/cgroup

unified() {
    [ "$(stat -f -c %T "$groups")" = cgroup2fs ]
}

# The hierarchies of control groups, where each is a folder of its own.
hierarchies() {
    for path in "$groups"/*/; do
        path=${path%/}
        [ -L "$path" ] || [ ! -e "$path/cgroup.procs" ] || echo "${path##*/}"
    done
}

# A group of its own in each hierarchy, which becomes the top of the booted
# machine's. The test removes them.
enter_group() {
    mkdir -p "$1/$name"
    if [ -e "$1/$name/cpuset.cpus" ] && [ ! -e "$1/cgroup.controllers" ]; then
        cat "$1/cpuset.cpus" > "$1/$name/cpuset.cpus"
        cat "$1/cpuset.mems" > "$1/$name/cpuset.mems"
    fi
    echo $$ > "$1/$name/cgroup.procs"
}

if [ "${4:-}" != inside ]; then
    if unified; then
        enter_group "$groups"
    else
        for each in $(hierarchies); do enter_group "$groups/$each"; done
    fi
    exec unshare --mount --pid --fork --kill-child --uts --ipc --cgroup -- \
        sh "$0" "$folder" "$name" "$program" inside
fi

mount --make-rprivate /
memory="$folder/memory"
root="$folder/root"
mkdir "$memory" "$root"
mount -t tmpfs tmpfs "$memory"
mkdir "$memory/upper" "$memory/work"
mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$memory/upper,workdir=$memory/work" "$root"

mount -t proc proc "$root/proc"
# The kernel is shared, and its settings are not the booted machine's to change.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for path in dev/shm run tmp var/lib/docker var/lib/containerd; do
    mkdir -p "$root/$path"
    mount -t tmpfs -o mode=755 tmpfs "$root/$path"
done
chmod 1777 "$root/tmp" "$root/dev/shm"
mkdir "$root/run/lock"

if unified; then
    mount -t cgroup2 cgroup2 "$root$groups"
else
    mount -t tmpfs -o mode=755 tmpfs "$root$groups"
    for each in $(hierarchies); do
        mkdir "$root$groups/$each"
        case $each in
            unified) mount -t cgroup2 cgroup2 "$root$groups/$each" ;;
            systemd) mount -t cgroup -o none,name=systemd cgroup "$root$groups/$each" ;;
            *) mount -t cgroup -o "$each" cgroup "$root$groups/$each" ;;
        esac
    done
fi

# A new machine: Debian's units and none of this machine's own, without those
# for people at a screen, Docker as its package leaves it, and mia, who may use
# it. The daemon is told to leave the shared network alone.
hostname booted
echo booted > "$root/etc/hostname"
for path in etc/systemd/system etc/docker etc/pullgate usr/share/docker-desktop \
    var/lib/pullgate-agent usr/local/bin/pullgate; do
    rm -rf "${root:?}/$path"
done
mkdir -p "$root/etc/docker" "$root/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
ln -s /lib/systemd/system/docker.service \
    "$root/etc/systemd/system/multi-user.target.wants/docker.service"
for unit in dbus.service dbus.socket systemd-logind.service; do
    ln -s /dev/null "$root/etc/systemd/system/$unit"
done
echo 'DOCKER_OPTS="--iptables=false --ip6tables=false --bridge=none --storage-driver=vfs"' \
    > "$root/etc/default/docker"
echo 'mia:x:4242:4242::/home/mia:/bin/sh' >> "$root/etc/passwd"
echo 'mia:x:4242:' >> "$root/etc/group"
sed -i 's/^\(docker:.*:.*:\)\(.\)/\1mia,\2/; s/^\(docker:.*:.*:\)$/\1mia/' "$root/etc/group"
mkdir -p "$root/home/mia"
chown 4242:4242 "$root/home/mia"
install -m 0755 "$program" "$root/usr/local/bin/pullgate"

cd "$root"
mkdir before
pivot_root . before
umount -l /before
rmdir /before
exec env -i container=pullgate-e2e PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system
