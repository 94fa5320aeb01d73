#!/bin/bash
# Usage: scripts/format.sh
#
# Formats every source with clang-format 14.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
formatter=$(command -v clang-format-14 || command -v clang-format)
find include lib tools tests \( -name '*.hpp' -o -name '*.cpp' \) -print0 | xargs -0 "$formatter" -i
