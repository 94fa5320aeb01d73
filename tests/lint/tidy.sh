#!/bin/bash
# clang-tidy over every source of ours, as .clang-tidy has it. A file whose text, headers and settings did not
# change since it was last found clean is not looked at again (build/dev/tidy-cache).
set -euo pipefail
root=$1 build=$2
cd "$root"
tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
cache=$build/tidy-cache
mkdir -p "$cache"
# One key for all headers and settings: a changed header checks everything again, which is slow and right.
common=$( (cat .clang-tidy; find include lib tools -name '*.hpp' -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-32)
export tidy cache common build
check() {
  local key
  key=$( (echo "$common"; sha256sum "$1") | sha256sum | cut -c1-32)
  [[ -e $cache/$key ]] && return
  if ! "$tidy" -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>"$cache/log.$$"; then
    grep -v 'warnings generated' "$cache/log.$$" >&2
    return 1
  fi
  touch "$cache/$key"
}
export -f check
find lib tools -name '*.cpp' -print0 | xargs -0 -n1 -P2 bash -c 'check "$1"' check
echo "tidy: clean"
