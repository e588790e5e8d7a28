#!/usr/bin/env bash
# A process that computed ends by itself: after success, after an error nobody caught, and with work still to come.
set -uo pipefail
cd "$(dirname "$0")"

passed=0
failed=0
ends() {
  timeout 60 deno run --no-check compute.ts "$1" >/dev/null 2>&1
  local status=$?
  if ((status == $2)); then
    passed=$((passed + 1))
  else
    printf 'a process that %s ended with %s, not %s\n' "$1" "$status" "$2"
    failed=$((failed + 1))
  fi
}
ends "returns" 0
ends "throws" 1
ends "works on" 0
printf '%s passed, %s failed\n' "$passed" "$failed"
((failed == 0))
