#!/bin/bash
# Usage: tests/bench/validate.sh [KAITOCTL]
#
# Validates files of 1,000, 10,000 and 100,000 Workspaces, and prints for each the documents per second and the peak
# memory, and for the middle one the ratio against a validator that knows the CRD's schema alone (python's jsonschema with
# libyaml, both as their distributions ship them). Both read the same file, in turn. Not a test.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kaitoctl=${1:-$root/build/release/bin/kaitoctl}
[[ -x $kaitoctl ]] || { echo "no $kaitoctl: cmake --build --preset release first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$root" "$kaitoctl" "$work" <<'PY'
import os, resource, statistics, subprocess, sys, time
root, kaitoctl, work = sys.argv[1:]

document = """---
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: workspace-{0}
  labels:
    team: search
  annotations:
    kaito.sh/runtime: vllm
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: workspace-{0}
inference:
  preset:
    name: phi-4
  adapters:
    - source:
        name: adapter
        image: registry.example.com/adapters/one:1.0
"""

def write(path, count):
    with open(path, "w") as file:
        for i in range(count):
            text = document.format(i)
            if i % 100 == 0:  # one in a hundred has a mistake
                text = text.replace("NC24ads", "NC6ads")
            file.write(text)

def run(path):
    start = time.perf_counter()
    process = subprocess.Popen([kaitoctl, "validate", "-q", "-f", path], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1, status
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def schema_only(path):
    import yaml, jsonschema
    crd = yaml.load(open(f"{root}/lib/sandbox/crds/workspaces.kaito.sh.yaml"), yaml.CSafeLoader)
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    validator = jsonschema.Draft202012Validator(schema)
    start = time.process_time()
    for value in yaml.load_all(open(path), yaml.CSafeLoader):
        for _ in validator.iter_errors(value):
            pass
    return time.process_time() - start

import importlib.metadata
counts, compared = (1_000, 10_000, 100_000), 10_000
runs, peer = {count: [] for count in counts}, []
for count in counts:
    write(f"{work}/{count}.yaml", count)
for turn in range(5):
    for count in counts:
        if turn == 0 or count <= compared:
            runs[count].append(run(f"{work}/{count}.yaml"))
    if turn < 3:
        peer.append(compared / schema_only(f"{work}/{compared}.yaml"))

print(f"{'kaitoctl validate':20} {'documents/s of one core':>24} {'by the clock':>13} {'peak memory':>12}")
median = lambda values: statistics.median(list(values))
rate = {count: count / median(r[1] for r in runs[count]) for count in counts}
for count in counts:
    clock = count / median(r[0] for r in runs[count])
    print(f"{count:9} Workspaces {rate[count]:24.0f} {clock:13.0f} {max(r[2] for r in runs[count]):9.1f} MB")
name = f"jsonschema {importlib.metadata.version('jsonschema')} (Python), libyaml, the CRD's schema alone"
print(f"{name}, {compared} Workspaces: {median(peer):.0f} documents/s of one core")
print(f"ratio {rate[compared] / median(peer):.1f}; memory of {counts[-1]} to that of {counts[0]} Workspaces "
      f"{max(r[2] for r in runs[counts[-1]]) / max(r[2] for r in runs[counts[0]]):.2f}")
PY
