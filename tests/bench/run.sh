#!/bin/bash
# Usage: scripts/control-plane/run.sh -- tests/bench/run.sh [KAITOCTL]
#
# Times whole processes against a peer in the same run, in turn (A B A B ...), and prints medians and ratios:
# start-up against a C program that prints a line, `status NAME` and libkaito's GETs (target bench_requests) against curl
# and kubectl on a real kube-apiserver.
# Not a test: nothing fails when a machine is busy. Outside run.sh only the start-up is measured.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kaitoctl=${1:-$root/build/release/bin/kaitoctl}
[[ -x $kaitoctl ]] || { echo "no $kaitoctl: cmake --build --preset release first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/line.c" <<'C'
#include <stdio.h>
int main(void) { puts("kaitoctl 0.1.0"); return 0; }
C
cc -O2 -o "$work/line" "$work/line.c"

# pair NAME RUNS 'command A' 'command B': one line with the medians in ms and their ratio.
pair() {
  python3 - "$@" <<'PY'
import resource, shlex, statistics, subprocess, sys, time
name, runs, *commands = sys.argv[1:]
commands = [shlex.split(c) for c in commands]
times = [[], []]
for turn in range(int(runs) + 2):
    for which, command in enumerate(commands):
        start = time.perf_counter()
        code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        took = time.perf_counter() - start
        if code != 0:
            sys.exit(f"{name}: {' '.join(command)} exited {code}")
        if turn >= 2:
            times[which].append(took * 1000)
a, b = (statistics.median(t) for t in times)
ratios = statistics.median(x / y for x, y in zip(*times))
print(f"{name:44} {a:8.2f} ms {b:8.2f} ms   ratio {ratios:5.2f}")
PY
}

printf '%-44s %11s %11s\n' "" "kaitoctl" "peer"
HOME=$work pair "version / C program that prints a line" 200 "$kaitoctl version --client" "$work/line"

# peak COMMAND...: the most memory it held, in MB.
peak() {
  python3 - "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
name = "peak memory, " + " ".join(sys.argv[2:])
print(f"{name:44} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:8.2f} MB")
PY
}

if [[ -n ${KAITO_TEST_SERVER-} ]]; then
  kubectl=${KAITO_TEST_KUBECTL:-kubectl}
  "$kubectl" apply -f "$root/lib/sandbox/crds/workspaces.kaito.sh.yaml" >/dev/null
  "$kubectl" wait --for=condition=Established crd/workspaces.kaito.sh --timeout=30s >/dev/null
  "$kaitoctl" deploy phi-3-mini --name bench --quiet >/dev/null
  get=$KAITO_TEST_SERVER/apis/kaito.sh/v1beta1/namespaces/default/workspaces/bench
  curl_get="curl -sf --cacert $KAITO_TEST_CA -H 'Authorization: Bearer $KAITO_TEST_TOKEN' $get"
  pair "status NAME / curl, the same GET" 50 "$kaitoctl status bench" "$curl_get"
  pair "status NAME -o json / curl, the same GET" 50 "$kaitoctl status bench -o json" "$curl_get"
  pair "status NAME / kubectl get" 20 "$kaitoctl status bench" "$kubectl get workspace bench"
  requests=$(dirname "$kaitoctl")/bench_requests
  if [[ -x $requests ]]; then
    # Goals: 1.5 for one GET with all that comes before it, 1.3 for a thousand on one connection.
    # curl has the whole object once a URL; the parameter is one that the server passes over.
    get_with="$requests $KAITO_TEST_SERVER $KAITO_TEST_CA default bench"
    pair "libkaito, one GET / curl" 50 "$get_with 1" "$curl_get"
    curl_many="curl -sf --cacert $KAITO_TEST_CA -H 'Authorization: Bearer $KAITO_TEST_TOKEN' $get?n=[1-1000]"
    pair "libkaito, 1,000 GETs / curl, one connection" 5 "$get_with 1000" "$curl_many"
  else
    echo "no $requests: cmake --build --preset release --target bench_requests" >&2
  fi
  peak "$kaitoctl" status bench
  "$kaitoctl" delete bench --yes --quiet >/dev/null
fi

cp "$kaitoctl" "$work/stripped" && strip "$work/stripped"
python3 - "$kaitoctl" "$work/stripped" <<'PY'
import os, sys
size, stripped = (os.path.getsize(file) / 1e6 for file in sys.argv[1:])
print(f"{'binary':44} {size:8.2f} MB   stripped {stripped:.2f} MB")
PY
peak "$kaitoctl" models list
