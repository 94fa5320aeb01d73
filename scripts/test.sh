#!/bin/bash
# Usage: scripts/test.sh [ctest arguments]
#
# Installs what the tests need, builds everything with sanitizers, builds a real Kubernetes control plane (once a
# machine, about four minutes), and runs every test. Arguments go to ctest: scripts/test.sh -L unit
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/report.sh
. "$root/scripts/lib/report.sh"
case ${1-} in
  -h | --help) print_help "$0" && exit ;;
esac
cd "$root"

scripts/deps.sh test

# What ccache keeps serves every checkout on the machine, wherever it lies.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=true

say "building with sanitizers"
cmake --preset dev >/dev/null
cmake --build --preset dev

if ! scripts/control-plane/build.sh >/dev/null; then
  say "NO REAL CONTROL PLANE: the end-to-end tests against a real kube-apiserver cannot run on this machine"
  [[ ${CI-} == true ]] && fail "CI needs the real control plane"
fi

ctest --test-dir build/dev --output-on-failure "$@"
