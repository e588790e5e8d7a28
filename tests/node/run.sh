#!/usr/bin/env bash
# Checks in Node 20 that the library itself does not depend on Deno, by way of the npm package that `deno pack` makes:
# core.mjs uses the package as a stranger would; then the suite's own tests run against the same code.
# Closes with `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/node
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [[ $(node --version 2>/dev/null || true) != v20.* ]]; then
  npm install --silent --no-audit --no-fund --prefix "$work/node" node@20
  PATH=$work/node/node_modules/.bin:$PATH
fi
echo "Node $(node --version)"

echo "== the package, as npm installs it"
deno pack --allow-dirty --no-source-maps --output "$work/adjoint.tgz"
mkdir "$work/user"
(
  cd "$work/user"
  npm install --silent --no-audit --no-fund --no-save --no-package-lock "$work/adjoint.tgz"
  cp "$here/core.mjs" .
  node core.mjs
)

echo "== the suite's own tests"
# Every test becomes an entry point of a second package, so that Deno's packer compiles it; the npm build of the
# standard library's assertions stands in for JSR's. A test that asks more of Deno than `Deno.test` stays behind, and so do
# those of layers, optimizers, pictures and augmentations, which meet the runtime through the core alone.
mkdir "$work/tree"
cp -r deno.json mod.ts core layers optim data explain dev tests README.md LICENSE "$work/tree"
cd "$work/tree"
mapfile -t all < <(find core data tests -name '*_test.ts' -not -path 'data/augment/*' | sort)
mapfile -t left < <(grep -lE 'Deno\.([^t]|t[^e])' "${all[@]}")
mapfile -t tests < <(printf '%s\n' "${all[@]}" | grep -vxFf <(printf '%s\n' "${left[@]-}"))
node "$here/add_exports.mjs" "${tests[@]}"
deno pack --allow-dirty --allow-slow-types --no-source-maps --output "$work/suite.tgz"
mkdir "$work/suite"
tar xzf "$work/suite.tgz" -C "$work/suite" --strip-components 1
cd "$work/suite"
npm install --silent --no-audit --no-fund --no-save --no-package-lock
assert=node_modules/@std/assert
mkdir -p "$assert"
echo '{ "type": "module", "exports": "./mod.js" }' >"$assert/package.json"
echo 'export * from "deno-std/assert/mod.js";' >"$assert/mod.js"
cp "$here"/{deno_shim,definition}.mjs .
status=0
node --import ./deno_shim.mjs --test --test-concurrency 2 "${tests[@]/%.ts/.js}" >results.tap || status=$?
passed=$(sed -nE 's/^# pass ([0-9]+)$/\1/p' results.tap)
failed=$(sed -nE 's/^# fail ([0-9]+)$/\1/p' results.tap)
[[ $status == 0 ]] || grep -A 12 '^ *not ok' results.tap || true
((${#left[@]} == 0)) || printf 'left to Deno: %s\n' "${left[@]}"
echo "$passed passed, $failed failed"
exit "$status"
