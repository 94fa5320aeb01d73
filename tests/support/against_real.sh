#!/bin/bash
# Usage: against_real.sh COMMAND [arguments]
#
# Runs a suite against a real kube-apiserver. Where none is built on this machine it says so and exits 77, which ctest
# shows as skipped; with CI=true it fails instead.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../../scripts/lib/control_plane_cache.sh
. "$root/scripts/lib/control_plane_cache.sh"

rm -f "${KAITO_CONFORMANCE_RESULTS-}" # nothing of an earlier run

if ! built_control_plane >/dev/null; then
  cat >&2 <<'END'
***********************************************************************************
* NOT RUN: these tests against a real kube-apiserver did not run.                 *
* There is no control plane on this machine: scripts/control-plane/build.sh       *
***********************************************************************************
END
  [[ ${CI-} != true ]] || exit 1
  exit 77
fi
exec "$root/scripts/control-plane/run.sh" --wait-controllers -- "$@"
