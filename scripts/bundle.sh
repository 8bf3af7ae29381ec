#!/usr/bin/env bash
# Builds what the browser loads into target/site: wasm, its script, the stylesheet, public files, each with .br and .gz beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

mkdir -p target "$target/bundle"
# Two makes in one tree take turns.
exec 9>target/bundle.lock
flock 9

need_build_tools
choose_wasm_toolchain

# wasm-bindgen must have exactly the version of the library.
bindgen_version="$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock)"
bindgen_root="$cache/tools/wasm-bindgen-$bindgen_version"
bindgen="$bindgen_root/bin/wasm-bindgen"
if has wasm-bindgen && [ "$(wasm-bindgen --version)" = "wasm-bindgen $bindgen_version" ]; then
  bindgen="$(command -v wasm-bindgen)"
fi

# It is compiled beside the bundle: either build alone leaves a core idle at its end. It runs for a few seconds, so it is
# compiled for a short build rather than a fast tool.
install_bindgen() {
  say "installing wasm-bindgen $bindgen_version into $bindgen_root"
  mkdir -p "$cache/build"
  local build_dir
  build_dir="$(mktemp -d "$cache/build/wasm-bindgen.XXXXXX")"
  CARGO_TARGET_DIR="$build_dir" CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=false \
    cargo install --quiet wasm-bindgen-cli --version "=$bindgen_version" --bin wasm-bindgen --root "$bindgen_root" </dev/null
  rm -rf "$build_dir"
}
installer=
if [ ! -x "$bindgen" ]; then
  install_bindgen &
  installer=$!
  trap '[ -z "$installer" ] || kill "$installer" 2>/dev/null || true' EXIT
fi

say "building the wasm bundle ($wasm_path toolchain)"
"${wasm_cargo[@]}" build "${wasm_flags[@]}" "${locked[@]}" --target "$wasm_target" --package hydrate --profile wasm-release </dev/null
raw="$wasm_target_dir/$wasm_target/wasm-release/hydrate.wasm"

if [ -n "$installer" ]; then
  wait "$installer" || die "wasm-bindgen $bindgen_version could not be installed"
  installer=
fi

# What rustc emits by default for this target, and nothing beyond it: wasm-opt must not use what browsers may lack.
features=(--enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int --enable-sign-ext
  --enable-mutable-globals --enable-reference-types --enable-multivalue --enable-call-indirect-overlong)
recipe="$(sha256sum <"$raw") $bindgen_version $(sha256sum <package-lock.json) $(cat "$0" scripts/snip.mjs | sha256sum)"
if [ "$(cat "$target/bundle/recipe" 2>/dev/null || true)" != "$recipe" ]; then
  rm -rf "$target/bundle/recipe" "$target/bundle/pkg"
  say "binding and optimising $(wc -c <"$raw") bytes of wasm"
  "$bindgen" --target web --no-typescript --remove-producers-section \
    --out-dir "$target/bundle/pkg" --out-name syncline "$raw"
  node scripts/snip.mjs "$target/bundle/pkg/syncline_bg.wasm" "$target/bundle/snipped.wasm"
  node_modules/.bin/wasm-opt -Oz --strip-debug "${features[@]}" "$target/bundle/snipped.wasm" -o "$target/bundle/pkg/syncline_bg.wasm"
  rm "$target/bundle/snipped.wasm"
  printf '%s\n' "$recipe" >"$target/bundle/recipe"
fi

node scripts/site.mjs "$target/bundle/pkg" target/site
