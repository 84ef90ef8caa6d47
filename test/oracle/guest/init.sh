#!/bin/sh
# The guest's first process: loads the drivers, says what the devices are, runs one suite, switches off.
# Every line for the driver begins with "ORACLE ", its fields are separated by "|".
export PATH=/bin:/sbin
/bin/busybox mkdir -p /proc /sys /dev /tmp /mnt
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t debugfs none /sys/kernel/debug
mount -t tracefs none /sys/kernel/tracing
echo 1 > /proc/sys/kernel/printk

say() { echo "ORACLE $*"; }
option() { sed -n "s/.*oracle\.$1=\([^ ]*\).*/\1/p" /proc/cmdline; }

while read -r module; do
  insmod "/modules/$module.ko" || say "trouble|insmod $module"
done < /modules/order
sleep 1

say "kernel|$(uname -r)"
for device in /sys/bus/virtio/devices/*; do
  driver=$(readlink "$device/driver")
  say "device|${device##*/}|$(cat "$device/device")|${driver##*/}|$(cat "$device/features")"
done
# A device without a driver says why (virtio_features_ok(), drivers/virtio/virtio.c).
dmesg | grep -E 'refuses features|must provide' | while read -r line; do say "trouble|$line"; done
say "pool|$(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs 2> /dev/null)|$(dmesg | grep -i 'area num' | tail -1)"
for queue in /sys/block/[vs]d*/queue; do
  [ -d "$queue" ] || continue
  for limit in max_segments max_segment_size max_sectors_kb nr_requests discard_max_bytes max_discard_segments; do
    [ -e "$queue/$limit" ] && say "limit|$queue|$limit|$(cat "$queue/$limit")"
  done
done

. /guest/count.sh
. /guest/suites.sh
prepare_tracing
"suite_$(option suite)"
say "messages|$(dmesg | grep -c 'swiotlb buffer is full')"
say done
poweroff -f
