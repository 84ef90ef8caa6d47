# Counting: what each row of a suite made the kernel do. Histograms count every event however many there are; the log
# of the trace buffer adds their order, as far as it fits.

# The third argument of swiotlb_bounce() is a size, the fourth a direction (kernel/dma/swiotlb.c, 6.1 and 6.12: the same
# registers). The direction of a mapping is the fifth argument of swiotlb_tbl_map_single() in 6.12, the sixth in 6.1.
prepare_tracing() {
  tracing=/sys/kernel/tracing
  pool=/sys/kernel/debug/swiotlb
  direction=%r8
  case $(uname -r) in 6.1.*) direction=%r9 ;; esac
  probe 'p:oracle/copy swiotlb_bounce size=%dx:u64 dir=%cx:u32'
  probe "p:oracle/map swiotlb_tbl_map_single size=%dx:u64 dir=$direction:u32"
  probe 'p:oracle/kick vp_notify'
  probe 'p:oracle/interrupt vring_interrupt'
  for add in sgs outbuf inbuf inbuf_ctx; do probe "p:oracle/add_$add virtqueue_add_$add"; done
  echo 16384 > $tracing/buffer_size_kb
  bounced=$tracing/events/swiotlb/swiotlb_bounced
  issued=$tracing/events/block/block_rq_issue
  probes=$tracing/events/oracle
}

probe() { echo "$1" >> $tracing/kprobe_events || say "trouble|$1"; }

# trigger EVENT HISTOGRAM: puts the histogram on, or with '!' before it takes it off.
trigger() { echo "$2" > "$1/trigger" || say "trouble|$1 $2"; }
triggers() { # '' or '!'
  trigger $bounced "$1hist:keys=dev_name,size:size=4096"
  trigger $probes/copy "$1hist:keys=dir:vals=size:size=256"
  trigger $probes/kick "$1hist:keys=common_type:size=128"
  trigger $probes/interrupt "$1hist:keys=common_type:size=128"
  trigger $issued "$1hist:keys=rwbs:vals=bytes:size=256"
}

# log 0|1
log() {
  for event in $probes $bounced; do echo "$1" > $event/enable; done
}

histogram() { # name, event
  grep '^{' "$2/hist" | sed "s/^/ORACLE hist|$1|/"
}

# The mappings between one virtqueue_add_*() and the next on the same CPU, as "add_sgs 16>,4096<,1<", with how often
# each shape came. '>': to the device, '<': from it.
shapes() {
  sed -n 's/^.*\[\(0..\)\].*: \([a-z_]*\): (.*)\(.*\)$/\1 \2\3/p' $tracing/trace | awk '
    function close_shape(cpu) {
      if (cpu in shape) { if (!(shape[cpu] in seen)) order[++kinds] = shape[cpu]; seen[shape[cpu]]++ }
      delete shape[cpu]
    }
    $2 ~ /^add_/ { close_shape($1); shape[$1] = $2 " " }
    $2 == "map" && $1 in shape {
      sub(/size=/, "", $3)
      shape[$1] = shape[$1] $3 ($4 == "dir=1" ? ">" : $4 == "dir=2" ? "<" : "?") ","
    }
    END {
      for (cpu in shape) close_shape(cpu)
      for (i = 1; i <= kinds; i++) print "ORACLE shape|" seen[order[i]] "|" order[i]
    }'
}

# Slots in use; nothing where the guest has no pool.
used() { cat $pool/io_tlb_used 2> /dev/null; }

# The most slots in use, seen by looking often: for 6.1, which keeps no high-water mark.
sample_slots() {
  most=0
  while [ ! -e /tmp/stop ]; do
    read -r now < $pool/io_tlb_used
    [ "$now" -gt "$most" ] && most=$now
  done
  echo "$most" > /tmp/most
}

# Where there is a mark it is set to 0 and set anew by the next mapping only, so that what was used before counts too.
start_peak() {
  rm -f /tmp/stop /tmp/most
  [ -e $pool/io_tlb_used ] || return
  if [ -e $pool/io_tlb_used_hiwater ]; then echo 0 > $pool/io_tlb_used_hiwater; else sample_slots & fi
}
end_peak() {
  touch /tmp/stop
  wait
  if [ -e $pool/io_tlb_used_hiwater ]; then say "peak|hiwater|$(cat $pool/io_tlb_used_hiwater)"
  else say "peak|sampled|$(cat /tmp/most 2> /dev/null)"; fi
}

overrun() { cat $tracing/per_cpu/cpu*/stats | awk '/^overrun/ { sum += $2 } END { print sum }'; }

missed() { awk '{ sum += $3 } END { print sum + 0 }' $tracing/kprobe_profile; }

# row DEVICE GENERATOR OPERATION BYTES COUNT JOBS BUFFER COMMAND...: runs the command and says what it made the kernel do.
row() {
  say "row|$1|$2|$3|$4|$5|$6|$7"
  shift 7
  sync
  sleep 0.2
  dmesg -c > /dev/null
  missed_before=$(missed)
  echo > $tracing/trace
  say "before|$(used)"
  start_peak
  triggers ''
  log 1
  answer=$("$@" 2>&1 | tr '\n|' '  ')
  sleep 0.3
  log 0
  end_peak
  say "after|$(used)"
  say "full|$(dmesg | grep -c 'swiotlb buffer is full')"
  say "missed|$(($(missed) - missed_before))"
  lost=$(overrun)
  say "overrun|$lost"
  say "answer|$answer"
  histogram bounced $bounced
  histogram copies $probes/copy
  histogram kicks $probes/kick
  histogram interrupts $probes/interrupt
  histogram requests $issued
  # Of a log that has lost its beginning no request is known in full.
  [ "$lost" -eq 0 ] && shapes
  triggers '!'
  say end
}
