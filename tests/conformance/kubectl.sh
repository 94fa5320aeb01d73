#!/bin/bash
# Usage: kubectl.sh CONFORMANCE
#
# Drives the sandbox with kubectl: the one that belongs to the real control plane of these tests, and the one on PATH,
# which is newer. Where there is none it says so and exits 77, which ctest shows as skipped; with CI=true it fails
# instead. (The real kube-apiserver is driven by its own kubectl in the run of the whole suite.)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../../scripts/lib/control_plane_cache.sh
. "$root/scripts/lib/control_plane_cache.sh"

rm -f "${KAITO_CONFORMANCE_RESULTS-}"
found=()
if bin=$(built_control_plane); then found+=("$bin/kubectl"); fi
if newer=$(command -v kubectl); then found+=("$newer"); fi
if [[ ${#found[@]} -eq 0 ]]; then
  cat >&2 <<'END'
***********************************************************************************
* NOT RUN: kubectl did not drive the sandbox: there is none on this machine.      *
* scripts/control-plane/build.sh builds one.                                      *
***********************************************************************************
END
  [[ ${CI-} != true ]] || exit 1
  exit 77
fi
# The first one's results are those of the page; the other has to pass as well.
for kubectl in "${found[@]}"; do
  echo "kubectl.sh: with $kubectl"
  KAITO_TEST_KUBECTL=$kubectl "$1" --test-case='B*'
  unset KAITO_CONFORMANCE_RESULTS
done
