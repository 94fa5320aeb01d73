#!/bin/bash
# Every shell script parses and says what it does.
set -euo pipefail
cd "$1"
status=0
while IFS= read -r -d '' script; do
  bash -n "$script" || status=1
  if ! sed -n '2,4p' "$script" | grep -q '^# '; then
    echo "$script: its head does not say what it is for"
    status=1
  fi
done < <(find scripts tests .ci -type f \( -name '*.sh' -o -path '.ci/run' \) -print0)
[[ $status == 0 ]] && echo "scripts: clean"
exit $status
