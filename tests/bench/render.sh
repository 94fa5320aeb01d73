#!/bin/bash
# Usage: tests/bench/render.sh [KAITOCTL [BENCH_RENDER]]
#
# Times `kaitoctl render` of one Workspace as a whole process, in turn with `kubectl kustomize` (where kubectl is) over the
# same manifests and with a C program that prints a line, and the library alone. Goals: 5 ms, 50,000 Workspaces a second.
# Not a test: nothing fails when a machine is busy.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kaitoctl=${1:-$root/build/release/bin/kaitoctl}
bench=${2:-$(dirname "$kaitoctl")/bench_render}
[[ -x $kaitoctl ]] || { echo "no $kaitoctl: cmake --build --preset release first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/line.c" <<'C'
#include <stdio.h>
int main(void) { puts("kind: StatefulSet"); return 0; }
C
cc -O2 -o "$work/line" "$work/line.c"
workspace=$root/tests/golden/render/vllm-one-gpu/workspace.yaml
"$kaitoctl" render -f "$workspace" --output-dir "$work/manifests" >/dev/null

HOME=$work python3 - "$kaitoctl" "$work/line" "$workspace" "$work/manifests" <<'PY'
import shutil, statistics, subprocess, sys, time
kaitoctl, line, workspace, manifests = sys.argv[1:]
commands = {"kaitoctl render -f": [kaitoctl, "render", "-f", workspace],
            "kaitoctl render MODEL": [kaitoctl, "render", "phi-4-mini-instruct", "--instance-type",
                                      "Standard_NC24ads_A100_v4"],
            "a C program that prints a line": [line]}
if shutil.which("kubectl"):
    commands["kubectl kustomize, the same manifests"] = ["kubectl", "kustomize", manifests]
times = {name: [] for name in commands}
for turn in range(53):
    for name, command in commands.items():
        start = time.perf_counter()
        code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        took = (time.perf_counter() - start) * 1000
        if code != 0:
            sys.exit(f"{command} exited {code}")
        if turn >= 3:
            times[name].append(took)
print(f"{'':44} {'median':>11} {'best':>8}")
for name, took in times.items():
    print(f"{name:44} {statistics.median(took):8.2f} ms {min(took):5.2f} ms")
PY
if [[ -x $bench ]]; then
  "$bench"
else
  echo "no $bench: cmake --build --preset release --target bench_render measures the library alone" >&2
fi
