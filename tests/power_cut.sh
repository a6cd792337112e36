#!/usr/bin/env bash
# A real power cut, as far as a machine can do it to itself: a vault is written on ext4 inside a disk image, the
# image is copied atomically (reflink on XFS) while the writer works, and the copy is mounted as the machine would
# after the cut. Everything that the writer had been told before the copy began must be there.
#
#   tests/power_cut.sh [ROUNDS] [SEED]        50 rounds and seed 0 unless told otherwise
#
# Needs root, loop devices, mkfs.xfs and mkfs.ext4; says so and does nothing without them. At the end it fills a file
# system to the last byte: reading and verifying must still work there.
set -euo pipefail
rounds=${1:-50}
RANDOM=${2:-0}
cd "$(dirname "$0")/.."

skip() {
  echo "skipped: $*"
  exit 0
}
[ "$(id -u)" = 0 ] || skip "this needs root"
for tool in losetup mkfs.xfs mkfs.ext4; do
  command -v "$tool" >/dev/null || skip "there is no $tool"
done

tests=$(cargo test --locked --test it --no-run --message-format=json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*\/it-[^"]*\)".*/\1/p' | tail -n 1)
[ -x "$tests" ] || { echo "the tests were not built" >&2; exit 1; }

work=$(mktemp -d)
writer=
cleanup() {
  [ -z "$writer" ] || kill -KILL "$(cat "$work/pid")" 2>/dev/null || true
  for mounted in cut inner full outer; do
    umount "$work/$mounted" 2>/dev/null || umount -l "$work/$mounted" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work"/{outer,inner,cut,full}
truncate -s 1200M "$work/outer.img"
mkfs.xfs -q -m reflink=1 "$work/outer.img"
mount -o loop "$work/outer.img" "$work/outer" 2>/dev/null || skip "loop devices cannot be mounted here"

# child ROLE FOLDER [TOLD]: one of the roles in tests/it/faults/kill.rs; its process number goes into a file.
child() (
  echo "$BASHPID" >"$work/pid"
  export BOARDVAULT_TEST_ROLE=$1 BOARDVAULT_TEST_CHILD=$2 BOARDVAULT_TEST_TOLD=${3:-0}
  exec "$tests" faults::kill::the_child --exact --nocapture
)
told() { grep -ac '^acknowledged ' "$work/told" || true; }

total=0 unheard=0
for round in $(seq "$rounds"); do
  rm -f "$work"/outer/*.img
  truncate -s 300M "$work/outer/disk.img"
  mkfs.ext4 -q "$work/outer/disk.img"
  mount -o loop "$work/outer/disk.img" "$work/inner"
  child create "$work/inner" >/dev/null
  sync -f "$work/inner"
  : >"$work/told"
  child write "$work/inner" >"$work/told" 2>/dev/null &
  writer=$!
  # A seeded number of acknowledgements, then the cut, wherever the writer is by then.
  wanted=$((1 + RANDOM % 120))
  while [ "$(told)" -lt "$wanted" ] && kill -0 "$writer" 2>/dev/null; do :; done
  before=$(told)
  cp --reflink=always "$work/outer/disk.img" "$work/outer/cut.img"
  kill -KILL "$(cat "$work/pid")" 2>/dev/null || true
  wait "$writer" 2>/dev/null || true
  writer=
  umount "$work/inner"
  mount -o loop "$work/outer/cut.img" "$work/cut"
  found=$(child look "$work/cut" "$before" | sed -n 's/^found //p') || {
    cp "$work/outer/cut.img" "${TMPDIR:-/tmp}/power_cut_failed.img"
    echo "round $round: after $before acknowledgements; the disk is kept in ${TMPDIR:-/tmp}/power_cut_failed.img" >&2
    exit 1
  }
  umount "$work/cut"
  total=$((total + before)) unheard=$((unheard + found - before))
done
echo "$rounds power cuts: $total acknowledged records, all there; $unheard more were on the disk already"

truncate -s 40M "$work/outer/full.img"
mkfs.ext4 -q "$work/outer/full.img"
mount -o loop "$work/outer/full.img" "$work/full"
child create "$work/full" >/dev/null
child write "$work/full" >"$work/told" 2>/dev/null || true
written=$(told)
dd if=/dev/zero of="$work/full/filler" bs=4k 2>/dev/null || true
child look "$work/full" "$written" >/dev/null
rm -rf "$work/full/vault/index"
dd if=/dev/zero of="$work/full/filler2" bs=512 2>/dev/null || true
child look "$work/full" "$written" >/dev/null
echo "a full disk: $written acknowledged records, all readable and verified, with and without the index"
