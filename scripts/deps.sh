#!/bin/bash
# Usage: scripts/deps.sh run|test
#
# Installs, from the distribution's packages, what is missing on this machine. Debian 12 and Ubuntu 24.04; as root, or
# through sudo. Asks nothing, and touches nothing when everything is there.
#
#   run   what building kaitoctl and the quickstart need
#   test  that, and what the tests, the checks of the code and the build of the test control plane need
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib/report.sh
. "$here/lib/report.sh"
# shellcheck source=lib/apt.sh
. "$here/lib/apt.sh"

case ${1-} in
  run | test) purpose=$1 ;;
  -h | --help) print_help "$0" && exit ;;
  '') usage_error "say what for: run or test" ;;
  *) usage_error "unknown purpose: $1" ;;
esac
[[ $# -eq 1 ]] || usage_error "unexpected argument: $2"

packages=(
  g++ cmake ninja-build pkg-config ca-certificates
  libcli11-dev libedit-dev libexpected-dev libfmt-dev libssl-dev libyaml-dev zlib1g-dev
)
# libclang-rt-dev: the runtime of libFuzzer and of clang's sanitizers, which clang alone does not bring.
test_packages=(ccache clang clang-format-14 clang-tidy-14 curl doctest-dev iproute2 jq libclang-rt-dev openssl python3)
case $(distribution) in
  debian-12)
    packages+=(libboost1.81-dev libboost-json1.81-dev)
    # The control plane is built from Debian's own source package, which Ubuntu does not have.
    test_packages+=(clang-format clang-tidy dpkg-dev golang-go golang-github-modern-go-reflect2-dev make rsync)
    ;;
  ubuntu-24.04) packages+=(libboost1.83-dev libboost-json1.83-dev) ;;
  *) fail "this is $(distribution); only Debian 12 and Ubuntu 24.04 are known here: README.md lists what to install by hand" ;;
esac
[[ $purpose == test ]] && packages+=("${test_packages[@]}")

mapfile -t missing < <(missing_packages "${packages[@]}")
[[ ${#missing[@]} -eq 0 ]] && exit
say "installing ${#missing[@]} packages: ${missing[*]}"
install_packages "${missing[@]}"
