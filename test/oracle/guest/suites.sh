# The suites: lists of rows. A suite is a function "suite_NAME".

blk() { row virtio-blk-pci iogen "$1" "$2" "$3" "$4" "$5" iogen /dev/vda "$1" "$2" "$3" "$4" "$5"; }
scsi() { row virtio-scsi-pci iogen "$1" "$2" "$3" "$4" "$5" iogen /dev/sda "$1" "$2" "$3" "$4" "$5"; }
dd_read() { row virtio-blk-pci dd read "$1" "$2" 1 4k-pages dd if=/dev/vda of=/dev/null bs="$1" count="$2" iflag=direct; }
dd_write() { row virtio-blk-pci dd write "$1" "$2" 1 4k-pages dd if=/dev/zero of=/dev/vda bs="$1" count="$2" oflag=direct; }
pings() { row virtio-net-pci ping ping "$1" "$2" 1 4k-pages ping -q -c "$2" -i 0.05 -s "$1" 10.0.2.2; }

# Takes the driver off the device and puts it on again, so that what it does at probe is counted too. The slots in use
# before this row are those the driver did not give back.
rebind() { # device name, driver's folder
  bound=$(ls -d /sys/bus/virtio/drivers/"$2"/virtio* 2> /dev/null | head -1)
  [ -n "$bound" ] || { say "trouble|no device of $2"; return; }
  echo "${bound##*/}" > /sys/bus/virtio/drivers/"$2"/unbind
  sleep 0.5
  row "$1" probe probe 0 1 1 4k-pages bind "${bound##*/}" /sys/bus/virtio/drivers/"$2"/bind
}
bind() {
  echo "$1" > "$2"
  sleep 1.5
}

up() { ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up; sleep 2; }
network() {
  row virtio-net-pci up up 0 1 1 4k-pages up
  ping -q -c 3 10.0.2.2 > /dev/null
}

suite_main() {
  for op in read write; do
    for bytes in 512 4096 65536 1048576; do blk $op $bytes 32 1 4k-pages; done
    for bytes in 4096 65536 262144 1048576; do blk $op $bytes 32 1 huge2M; done
  done
  dd_read 4096 32
  dd_write 65536 32
  [ -e /sys/class/net/eth0 ] || return
  network
  pings 56 40
  pings 1400 40
  pings 4000 20
}

# A row or two of each kind.
suite_quick() {
  blk read 4096 32 1 4k-pages
  blk write 65536 32 1 4k-pages
  blk read 1048576 8 1 huge2M
  blk flush 0 8 1 4k-pages
  network
  pings 56 40
}

# Requests without payload of their own, and what a probe does.
suite_other() {
  blk flush 0 32 1 4k-pages
  blk discard 65536 32 1 4k-pages
  blk zeroes 65536 32 1 4k-pages
  blk read 2097152 8 1 huge2M
  blk write 2097152 8 1 4k-pages
  rebind virtio-blk-pci virtio_blk
  up
  rebind virtio-net-pci virtio_net
}

suite_depth() {
  for op in read write; do
    for jobs in 1 2 4 8 16 32; do blk $op 65536 16 $jobs 4k-pages; done
    for jobs in 4 16; do blk $op 4096 64 $jobs 4k-pages; done
    for jobs in 4 16; do blk $op 1048576 8 $jobs 4k-pages; done
  done
}

suite_net() {
  blk read 4096 32 1 4k-pages
  blk write 65536 32 1 huge2M
  network
  pings 56 40
  pings 1400 40
}

# Frames that take several buffers: the sizes of buffers follow theirs.
suite_jumbo() {
  network
  pings 56 40
  pings 8000 20
  pings 8000 40
}

suite_scsi() {
  for op in read write; do
    for bytes in 512 4096 65536 1048576; do scsi $op $bytes 32 1 4k-pages; done
    for bytes in 4096 65536 262144 1048576; do scsi $op $bytes 32 1 huge2M; done
  done
  scsi flush 0 32 1 4k-pages
  scsi discard 65536 32 1 4k-pages
  scsi zeroes 65536 32 1 4k-pages
  rebind virtio-scsi-pci virtio_scsi
}

suite_rng() {
  rebind virtio-rng-pci virtio_rng
  for bytes in 16 64 512; do
    row virtio-rng-pci dd read $bytes 32 1 4k-pages dd if=/dev/hwrng of=/dev/null bs=$bytes count=32
  done
}

suite_console() {
  rebind virtio-serial-pci virtio_console
  for bytes in 1 64 4096 32768; do
    row virtio-serial-pci dd write $bytes 16 1 4k-pages port_copy "$bytes" 16
  done
}
# What goes into the first port comes out of the second. Over once all has: nothing is in flight then.
port_copy() {
  timeout 60 head -c $(($1 * $2)) /dev/vport0p2 > /dev/null &
  dd if=/dev/zero of=/dev/vport0p1 bs="$1" count="$2"
  wait $!
}

suite_9p() {
  row virtio-9p-pci mount mount 0 1 1 4k-pages mount -t 9p -o trans=virtio,version=9p2000.L,msize=131072,cache=none share /mnt
  for bytes in 512 4096 65536 262144; do
    row virtio-9p-pci dd write $bytes 8 1 4k-pages dd if=/dev/zero of=/mnt/file bs=$bytes count=8
    row virtio-9p-pci dd read $bytes 8 1 4k-pages dd if=/mnt/file of=/dev/null bs=$bytes count=8
  done
}

suite_balloon() {
  [ -e /sys/bus/virtio/drivers/virtio_balloon ] && rebind virtio-balloon-pci virtio_balloon
  row virtio-balloon-pci wait report 0 1 1 4k-pages sleep 4
}

suite_input() { rebind virtio-keyboard-pci virtio_input; }
suite_crypto() { rebind virtio-crypto-pci virtio_crypto; }
suite_gpu() { rebind virtio-gpu-pci virtio_gpu; }
