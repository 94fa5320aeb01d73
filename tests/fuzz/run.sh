#!/bin/bash
# Usage: tests/fuzz/run.sh [--seconds N] [TARGET...]
#
# Builds the fuzz targets with clang's libFuzzer into build/fuzz and lets each look for bad inputs, two at a time, for N
# seconds (KAITO_FUZZ_SECONDS, or 15). What a target finds worth keeping stays in build/fuzz/found/TARGET for the next
# run; an input that breaks one stays in build/fuzz/broken and is printed. Without clang it says so and exits 77, which
# ctest shows as skipped; with CI=true it fails instead.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../../scripts/lib/report.sh
. "$root/scripts/lib/report.sh"
cd "$root"

seconds=${KAITO_FUZZ_SECONDS:-15}
wanted=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) print_help "$0" && exit ;;
    --seconds)
      [[ ${2-} =~ ^[0-9]+$ ]] || usage_error "--seconds needs a number"
      seconds=$2
      shift
      ;;
    -*) usage_error "unknown option: $1" ;;
    *) wanted+=("$1") ;;
  esac
  shift
done

if ! command -v clang++ >/dev/null; then
  echo "NOT RUN: the fuzz targets did not run. There is no clang++ on this machine: scripts/deps.sh test" >&2
  [[ ${CI-} != true ]] || exit 1
  exit 77
fi

# What ccache keeps serves every checkout on the machine, wherever it lies.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=true
build=$root/build/fuzz
mkdir -p "$build"
log=$build/build.log
build_targets=()
for target in "${wanted[@]}"; do build_targets+=("fuzz_$target"); done
[[ ${#wanted[@]} -gt 0 ]] || build_targets=(fuzz_targets)
if ! { cmake --preset fuzz && cmake --build --preset fuzz --target "${build_targets[@]}"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  fail "the fuzz targets do not build; all of it is in $log"
fi

# fuzz_one TARGET FOLDER...: one target on what was found before, its corpus, and what it makes of them.
fuzz_one() {
  local target=$1 out=$build/run-$1.log
  shift
  mkdir -p "$build/found/$target" "$build/broken"
  if "$build/bin/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 \
    -print_final_stats=1 -artifact_prefix="$build/broken/$target-" "$build/found/$target" "$@" >"$out" 2>&1; then
    echo "fuzz $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$out") inputs in $seconds s"
    return 0
  fi
  grep -v '^#[0-9]*[[:space:]]*\(NEW\|REDUCE\|pulse\)' "$out" | tail -n 60 >&2
  local input
  input=$(sed -n 's/.*Test unit written to //p' "$out" | tail -n 1)
  if [[ -n $input ]]; then
    echo "fuzz $target: BROKEN by this input (base64):" >&2
    base64 "$input" | head -n 60 >&2
    echo "again: $build/bin/fuzz_$target $input" >&2
  fi
  return 1
}

running=()
failed=0
while read -r target folders; do
  if [[ ${#wanted[@]} -gt 0 && " ${wanted[*]} " != *" $target "* ]]; then continue; fi
  if [[ ${#running[@]} -ge 2 ]]; then
    wait "${running[0]}" || failed=1
    running=("${running[@]:1}")
  fi
  # shellcheck disable=SC2086 # a list of folders
  fuzz_one "$target" $folders &
  running+=($!)
done <"$build/fuzz_targets.txt"
for job in "${running[@]}"; do wait "$job" || failed=1; done
exit "$failed"
