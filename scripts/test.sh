#!/usr/bin/env bash
# Runs every check and every test, goes on after a failure, and ends with one line: N passed, N failed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need_build_tools
cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || rustup component add rustfmt clippy </dev/null
need_chromium
need_python

passed=0
failed=0
broken=()
results="$(mktemp -d)"
background=
trap '[ -z "$background" ] || kill "$background" 2>/dev/null || true; rm -rf "$results"' EXIT

# Takes a name and a command that is one check.
check() {
  local name="$1" from=$SECONDS
  shift
  say "$name"
  if "$@" </dev/null; then
    passed=$((passed + 1))
    say "$name: passed in $((SECONDS - from)) s"
  else
    failed=$((failed + 1))
    broken+=("$name")
    say "$name: FAILED"
  fi
}

# Takes a name, what it counted, and whether the run as a whole succeeded. A run that failed counts at least one failure:
# a crash before the first test must not look like success.
count() {
  local name="$1" good="$2" bad="$3" succeeded="$4"
  if [ "$succeeded" != yes ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + good))
  failed=$((failed + bad))
  [ "$bad" = 0 ] || broken+=("$name")
  say "$name: $good passed, $bad failed"
}

# `hydrate` is left out wherever the server is built: cargo would give the server the browser's features.
native=(--workspace --exclude hydrate "${locked[@]}")

# A debug build reads the site from this folder, and looks only once, when it is compiled, whether there is one.
mkdir -p target/site

# The bundle ends in a long single-threaded link, so it is made beside the native builds.
make wasm </dev/null >"$results/bundle.log" 2>&1 &
background=$!

# What the native compiler's lints see of the browser's code, and on the wasm target where its standard library is at hand.
lint_wasm() {
  choose_wasm_toolchain
  if [ "$wasm_path" = plain ]; then
    "${wasm_cargo[@]}" clippy "${locked[@]}" --package hydrate --target "$wasm_target" -- -D warnings
  else
    # Debian ships no clippy: lint the same code natively. The wasm compiler's own warnings are looked at with the bundle.
    cargo clippy "${locked[@]}" --package hydrate -- -D warnings
  fi
}

# The bundle is made, within its budget, and its compiler warned of nothing. A fresh build repeats its warnings.
finish_bundle() {
  local made=yes
  wait "$background" || made=no
  background=
  cat "$results/bundle.log"
  [ "$made" = yes ] || return 1
  choose_wasm_toolchain
  "${wasm_cargo[@]}" build "${wasm_flags[@]}" "${locked[@]}" --target "$wasm_target" --package hydrate --profile wasm-release 2>&1 |
    tee "$results/warnings.log"
  ! grep -q '^warning' "$results/warnings.log"
}

check "format" cargo fmt --all --check
check "clippy" cargo clippy "${native[@]}" --all-targets -- -D warnings

say "rust tests"
succeeded=yes
# Everything at once, so that the binary for the browser tests shares its dependencies with the tests.
if cargo build "${native[@]}" --bins --tests </dev/null; then
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run "${native[@]}" --no-fail-fast --no-tests=pass --status-level slow --final-status-level slow --color never </dev/null 2>&1 |
      tee "$results/rust.log" || succeeded=no
    summary="$(grep -E '^ *Summary' "$results/rust.log" | tail -n 1 || true)"
    good="$(grep -oE '[0-9]+ passed' <<<"$summary" | cut -d' ' -f1 || true)"
    bad="$(grep -oE '[0-9]+ (failed|timed out|exec failed)' <<<"$summary" | awk '{ n += $1 } END { print n + 0 }' || true)"
  else
    cargo test "${native[@]}" --bins --lib --tests --no-fail-fast </dev/null 2>&1 | tee "$results/rust.log" || succeeded=no
    good="$(awk '/^test result:/ { n += $4 } END { print n + 0 }' "$results/rust.log")"
    bad="$(awk '/^test result:/ { n += $6 } END { print n + 0 }' "$results/rust.log")"
  fi
  count "rust tests" "${good:-0}" "${bad:-0}" "$succeeded"
else
  count "rust tests" 0 1 no
fi

check "bundle" finish_bundle
check "clippy (wasm)" lint_wasm

say "browser tests"
succeeded=yes
export SYNCLINE_BROWSER_RESULTS="$results/browser.json"
export SYNCLINE_BINARY="$PWD/$target/debug/syncline"
case "$target" in /*) SYNCLINE_BINARY="$target/debug/syncline" ;; esac
node_modules/.bin/playwright test --config end2end/playwright.config.ts </dev/null || succeeded=no
read -r good bad < <(node -e '
  const { stats } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  console.log(stats.expected, stats.unexpected + stats.flaky);
' "$SYNCLINE_BROWSER_RESULTS" 2>/dev/null || echo 0 0)
count "browser tests" "$good" "$bad" "$succeeded"

for name in "${broken[@]}"; do say "failed: $name"; done
say "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
