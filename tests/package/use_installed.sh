#!/bin/bash
# Usage: tests/package/use_installed.sh BUILD CXX_FLAGS
#
# Installs BUILD into a folder of its own, builds examples/library against it as somebody else's project would, and runs
# what needs no cluster.
set -euo pipefail
build=$(cd "$1" && pwd)
flags=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$build/package
rm -rf "$work"

quietly() {
  "$@" >"$work.log" 2>&1 || { cat "$work.log" >&2; echo "failed: $*" >&2; exit 1; }
}
quietly cmake --install "$build" --prefix "$work/prefix"
quietly cmake -S "$root/examples/library" -B "$work/build" -G Ninja "-DCMAKE_PREFIX_PATH=$work/prefix" "-DCMAKE_CXX_FLAGS=$flags"
quietly cmake --build "$work/build"

fitting=$("$work/build/fitting_instances" phi-4-mini azure)
grep -q '^Standard_NV36ads_A10_v5: 1 x NVIDIA A10, 24 GiB$' <<<"$fitting" || { echo "unexpected: $fitting" >&2; exit 1; }
! "$work/build/fitting_instances" no-such-model azure 2>"$work/error" || { echo "an unknown model passed" >&2; exit 1; }
grep -q 'no-such-model' "$work/error"
! KUBECONFIG=/nonexistent "$work/build/ready_workspaces" 2>"$work/error" || { echo "no cluster, and no error" >&2; exit 1; }
grep -q 'no cluster configuration found' "$work/error"
"$work/prefix/bin/kaitoctl" version --client
