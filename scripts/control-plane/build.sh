#!/bin/bash
# Usage: scripts/control-plane/build.sh
#
# Builds the Kubernetes control plane that the end-to-end tests run against: kube-apiserver, kube-controller-manager and
# kubectl from Debian's source package "kubernetes", and etcd from the package "etcd-server" (unpacked, not installed: an
# installed one would start a service). The folder with the four programs is printed on stdout.
#
# They are kept in ${XDG_CACHE_HOME:-~/.cache}/kaitoctl/control-plane/<package version>-<architecture>/bin, so only the
# first run on a machine builds (about four minutes on two idle cores, well over
# 1 GB of disk meanwhile); remove that folder to build again.
# Needs what `scripts/deps.sh test` installs, and no root. Exit code 1 when it cannot be built.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib/report.sh
. "$here/../lib/report.sh"
# shellcheck source=../lib/apt.sh
. "$here/../lib/apt.sh"
# shellcheck source=../lib/control_plane_cache.sh
. "$here/../lib/control_plane_cache.sh"

readonly go_root=/usr/lib/go
readonly reflect2=/usr/share/gocode/src/github.com/modern-go/reflect2

check_tools() {
  local tool
  [[ $(distribution) == debian-12 ]] || fail "the control plane cannot be built here: this is $(distribution)," \
    "and only Debian 12 has the sources of Kubernetes $CONTROL_PLANE_RELEASE that the tests need"
  for tool in dpkg-source rsync make jq; do
    command -v "$tool" >/dev/null || fail "no $tool on this machine: run scripts/deps.sh test first"
  done
  [[ -x $go_root/bin/go && -d $reflect2 ]] || fail "no Go under $go_root or no $reflect2: run scripts/deps.sh test first"
}

# fetch_sources: leaves the unpacked tree in ./source and etcd in ./bin, and sets package_version.
fetch_sources() {
  say "fetching Debian's source package kubernetes"
  private_apt "$PWD/apt"
  package_version=$(apt-get "${PRIVATE_APT[@]}" --only-source --print-uris source kubernetes |
    sed -nE 's/.* kubernetes_([^ ]+)\.dsc .*/\1/p') || true
  [[ $package_version == *"$CONTROL_PLANE_RELEASE"-* ]] || fail \
    "the control plane cannot be built here: the tests need the sources of Kubernetes $CONTROL_PLANE_RELEASE, and" \
    "the package sources of this system offer ${package_version:-none}"
  apt-get "${PRIVATE_APT[@]}" --only-source --download-only source kubernetes >&2 || fail "the sources could not be fetched"
  dpkg-source --no-check -x kubernetes_*.dsc source >&2 || fail "the sources could not be unpacked"
  apt-get "${PRIVATE_APT[@]}" download etcd-server >&2 || fail "the package etcd-server could not be fetched"
  mkdir bin etcd
  dpkg-deb -x etcd-server_*.deb etcd && cp etcd/usr/bin/etcd bin/
}

compile() {
  say "building Kubernetes $package_version (about four minutes on two cores)"
  # The tree carries reflect2 1.0.1, which since Go 1.18 makes the server crash at its first write to a custom resource.
  local vendored=source/vendor/github.com/modern-go/reflect2
  rm "$vendored"/*.go "$vendored"/*.s
  cp "$reflect2"/*.go "$reflect2"/*.s "$vendored/"
  mkdir -p source/.go/src/k8s.io tmp
  ln -s ../../.. source/.go/src/k8s.io/kubernetes
  env PATH="$go_root/bin:$PATH" GOROOT="$go_root" GOPATH="$PWD/source/.go" GOCACHE="$PWD/go-cache" GOFLAGS= GO111MODULE=off \
    GOTOOLCHAIN=local TMPDIR="$PWD/tmp" CGO_ENABLED=0 GOLDFLAGS="-s -w" \
    make -C source WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kubectl" >&2 ||
    fail "the build failed (its messages are above)"
  cp source/_output/bin/{kube-apiserver,kube-controller-manager,kubectl} bin/
}

# publish: puts ./bin into the cache in one step, so that a folder in the cache is always a whole one.
publish() {
  local target
  target=$CONTROL_PLANE_CACHE/$package_version-$(dpkg --print-architecture)
  mkdir finished && mv bin finished/
  rm -rf "$target" && mv -T finished "$target"
}

case ${1-} in
  '') ;;
  -h | --help) print_help "$0" && exit ;;
  *) usage_error "unexpected argument: $1" ;;
esac
built_control_plane && exit
check_tools
mkdir -p "$CONTROL_PLANE_CACHE"
exec 9>"$CONTROL_PLANE_CACHE/lock"
if ! flock --nonblock 9; then
  say "another run is building it; waiting for that"
  flock 9
fi
built_control_plane && exit # somebody else built it in the meantime
rm -rf "$CONTROL_PLANE_CACHE"/build.* # what a killed run left behind
work=$(mktemp -d "$CONTROL_PLANE_CACHE/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work"
fetch_sources
compile
publish
say "built"
built_control_plane
