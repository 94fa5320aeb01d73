#!/bin/bash
# Usage: tests/bench/validate.sh [KAITOCTL]
#
# Validates one file of 10,000 Workspaces, and prints documents per second, the memory that it took and that a file ten
# times as large takes, and the ratio against a validator that knows the CRD's schema alone (python's jsonschema with
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

small, large = f"{work}/small.yaml", f"{work}/large.yaml"
count = 10_000
write(small, count)
write(large, count * 10)
ours, peer = [], []
for turn in range(5):
    ours.append(run(small))
    if turn < 3:
        peer.append(schema_only(small))
wall = statistics.median(o[0] for o in ours)
cpu = statistics.median(o[1] for o in ours)
print(f"kaitoctl validate, {count} Workspaces      {count / cpu:10.0f} documents/s of one core ({count / wall:.0f}/s by the clock)")
print(f"python jsonschema with libyaml            {count / statistics.median(peer):10.0f} documents/s")
print(f"ratio                                     {statistics.median(peer) / cpu:10.1f}")
print(f"peak memory, {count} and {count * 10} Workspaces {ours[0][2]:10.1f} MB {run(large)[2]:8.1f} MB")
PY
