#!/bin/bash
# Usage: scripts/quickstart.sh
#
# Installs what building needs, builds kaitoctl, and plays the main job once on a simulated cluster: deploy a
# model, look at it, talk to it, delete it. Needs no Kubernetes, no Docker and no GPU.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/report.sh
. "$root/scripts/lib/report.sh"
case ${1-} in
  '') ;;
  -h | --help) print_help "$0" && exit ;;
  *) usage_error "unexpected argument: $1" ;;
esac
cd "$root"
# A compiler cache serves every checkout alike.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=true

step() { printf '\n\033[1m==> %s\033[0m\n' "$1"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}

step "Packages and build (the first time takes a few minutes)"
scripts/deps.sh run
[[ -f build/release/build.ninja ]] || cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log >&2; exit 1; }
rm -f build-configure.log
cmake --build --preset release --target kaitoctl
PATH="$root/build/release/bin:$PATH"

# A sandbox of its own, so that one the user runs is left alone.
XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME
clean_up() {
  kaitoctl sandbox down --quiet || true
  rm -rf "$XDG_STATE_HOME"
}
trap clean_up EXIT

step "A simulated cluster: API server, operator, nodes, GPUs and the model are played by kaitoctl itself"
run kaitoctl sandbox up --detach
KUBECONFIG=$XDG_STATE_HOME/kaitoctl/sandbox/kubeconfig
export KUBECONFIG

step "Deploy a model and wait until it serves (minutes on a real cluster; the simulation hurries)"
run kaitoctl deploy phi-3-mini --wait

step "Look at it"
run kaitoctl status
echo
run kaitoctl status workspace-phi-3-mini

step "Ask it something (the reply is made up by the simulation, and says so)"
run kaitoctl chat workspace-phi-3-mini "What does a KAITO workspace do?" </dev/null

step "Delete it, and stop the simulated cluster"
run kaitoctl delete workspace-phi-3-mini --wait --yes
run kaitoctl sandbox down

step "Done. The same commands work on a real cluster with KAITO: point KUBECONFIG at it."
echo "kaitoctl is in $root/build/release/bin"
