#!/bin/bash
# Usage: tests/bench/watch.sh [BENCH_WATCH]
#
# An informer and `kubectl get -w` on the same server: 10,000 Workspaces, then 100,000 updates of them as fast as they are
# read. Prints what the informer holds for each object, beside the object's JSON, and updates per second of both. The goals:
# less than twice the JSON, 10,000 updates a second. Not a test: nothing fails when a machine is busy.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=${1:-$root/build/release/bin/bench_watch}
[[ -x $bench ]] || { echo "no $bench: cmake --preset release -DKAITO_TESTS=ON && cmake --build --preset release --target bench_watch" >&2; exit 2; }
work=$(mktemp -d)
objects=10000
updates=100000

mkfifo "$work/input"
"$bench" serve $objects $updates <"$work/input" >"$work/url" &
server=$!
exec 3>"$work/input"
trap 'exec 3>&-; wait "$server" || true; rm -rf "$work"' EXIT
for _ in $(seq 600); do
  [[ -s $work/url ]] && break
  sleep 0.1
done
url=$(<"$work/url")

for how in keep drop parsed; do
  "$bench" follow "$url" $objects $updates $how
done
echo "without a server and a socket:"
"$bench" follow inside $objects $updates keep

if command -v kubectl >/dev/null; then
  HOME=$work python3 - "$url" $objects $updates <<'PY'
import os, subprocess, sys, time
url, objects, updates = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
command = ["kubectl", "--server", url, "get", "workspaces", "-A", "-w", "-o", "name"]
process = subprocess.Popen(command, stdout=subprocess.PIPE)
lines, listed = 0, None
start = time.perf_counter()
for line in process.stdout:
    lines += 1
    if lines == objects:
        listed = time.perf_counter()
end = time.perf_counter()
_, status, usage = os.wait4(process.pid, 0)
if lines != objects + updates:
    sys.exit(f"kubectl printed {lines} lines, not {objects + updates}")
cpu = usage.ru_utime + usage.ru_stime
print(f"{'kubectl get -w -o name, first list':44} {listed - start:8.2f} s")
print(f"{'kubectl get -w -o name, updates printed':44} {updates / (end - listed):8.0f} /s by the clock")
print(f"{'kubectl get -w -o name, list and updates':44} {cpu:8.2f} s of CPU, {usage.ru_maxrss * 1024 / 1e6:.1f} MB at most")
PY
fi
