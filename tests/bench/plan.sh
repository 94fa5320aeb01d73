#!/bin/bash
# Usage: tests/bench/plan.sh [KAITOCTL]
#
# Times whole processes of `kaitoctl plan` over all node sizes of a cloud, in turn with a C program that prints a line, and
# prints medians and their difference. The goal is 5 ms. Not a test: nothing fails when a machine is busy.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kaitoctl=${1:-$root/build/release/bin/kaitoctl}
[[ -x $kaitoctl ]] || { echo "no $kaitoctl: cmake --build --preset release first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/line.c" <<'C'
#include <stdio.h>
int main(void) { puts("plan"); return 0; }
C
cc -O2 -o "$work/line" "$work/line.c"

HOME=$work python3 - "$kaitoctl" "$work/line" <<'PY'
import shlex, statistics, subprocess, sys, time
kaitoctl, line = sys.argv[1:]
cases = ["plan phi-4 --cloud azure", "plan phi-4 --cloud aws -o wide",
         "plan llama-3.3-70b-instruct --cloud aws --context-length 65536 -o json"]
print(f"{'':72} {'median':>8} {'best':>8}")
for case in cases:
    times = {kaitoctl: [], line: []}
    for turn in range(103):
        for program in times:
            command = [program] + (shlex.split(case) if program == kaitoctl else [])
            start = time.perf_counter()
            code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            took = (time.perf_counter() - start) * 1000
            if code != 0:
                sys.exit(f"{command} exited {code}")
            if turn >= 3:
                times[program].append(took)
    for program, name in ((kaitoctl, case), (line, "  a C program that prints a line")):
        print(f"{name:72} {statistics.median(times[program]):5.2f} ms {min(times[program]):5.2f} ms")
PY
