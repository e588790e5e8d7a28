#!/usr/bin/env bash
# A process that computed ends by itself: after success, after an error nobody caught, and with work still to come. One
# that is killed while it saves loses no checkpoint, and one that goes on from a checkpoint gets to the same bits. With
# ADJOINT_SOAK set it is killed 200 times, not 10.
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

check() {
  if "${@:2}"; then
    passed=$((passed + 1))
  else
    printf 'not so: %s\n' "$1"
    failed=$((failed + 1))
  fi
}
check "a process that is killed loses no checkpoint" \
  timeout 1200 deno run --no-check --allow-read --allow-write --allow-run --allow-env=ADJOINT_SOAK checkpoints.ts

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
train() { deno run --no-check --allow-read --allow-write resume.ts "$work/$1" "$2" "$3"; }
same_bits() {
  local whole
  whole=$(train whole 0 20) && train halves 0 10 >/dev/null && [[ -n $whole && $(train halves 10 20) == "$whole" ]]
}
check "training goes on in another process to the same bits" same_bits
printf '%s passed, %s failed\n' "$passed" "$failed"
((failed == 0))
