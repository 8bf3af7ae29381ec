# Shared by the other scripts: what they say, what they install, where they keep tools. Sourced from the repository's root.

: "${HOME:=$(getent passwd "$(id -u)" | cut -d: -f6)}"
export HOME
PATH="$HOME/.cargo/bin:$PATH"

# Tools that outlive a checkout are kept here.
cache="${SYNCLINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/syncline}"
target="${CARGO_TARGET_DIR:-target}"

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# Installs Debian packages. Called only when something is missing.
apt_install() {
  has apt-get || die "missing: $*; there is no apt-get here, so install them by hand"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    has sudo || die "missing: $*; run 'apt-get install $*' as root"
    as_root=(sudo)
  fi
  say "installing from Debian: $*"
  "${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install -y --no-install-recommends "$@" </dev/null >&2
}

# What every build needs: a Rust toolchain (not installed from here), a C compiler for SQLite, Node for the bundle's tools.
need_build_tools() {
  has cargo || die "no cargo found: install a Rust toolchain of 1.95 or newer (rustup), then run make again"
  local packages=()
  has cc || packages+=(gcc libc6-dev)
  has node || packages+=(nodejs)
  has npm || packages+=(npm)
  [ ${#packages[@]} = 0 ] || apt_install "${packages[@]}"
}

# A browser to look at pages with. Sets SYNCLINE_CHROMIUM.
need_chromium() {
  local chromium="${SYNCLINE_CHROMIUM:-$(command -v chromium || true)}"
  if [ -z "$chromium" ]; then
    apt_install chromium fonts-dejavu-core
    chromium="$(command -v chromium)"
  fi
  export SYNCLINE_CHROMIUM="$chromium"
}

# Python with what the tests' receiver of messages needs: the reference library of Standard Webhooks, and a mail server. Sets
# SYNCLINE_PYTHON.
need_python() {
  local wanted=server/tests/receiver/requirements.txt home="$cache/tools/python"
  if ! cmp -s "$wanted" "$home/requirements.txt"; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
    say "installing the Python packages of the tests into $home"
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" --quiet --disable-pip-version-check install --requirement "$wanted" </dev/null >&2
    cp "$wanted" "$home/requirements.txt"
  fi
  export SYNCLINE_PYTHON="$home/bin/python"
}

wasm_target=wasm32-unknown-unknown

plain_wasm_is_installed() {
  local libdir
  libdir="$(rustc --print target-libdir --target "$wasm_target" 2>/dev/null)" && [ -d "$libdir" ]
}

debian_wasm_is_installed() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && has wasm-ld-22 && [ -d /usr/lib/rustlib/src/rust/library/std ]
}

# Chooses how to build for wasm and sets `wasm_path` (plain or debian), `wasm_cargo` (the command and its environment),
# `wasm_flags` (what `cargo build` needs on top) and `wasm_target_dir`. The two paths have different compilers, so each has its own.
choose_wasm_toolchain() {
  if plain_wasm_is_installed; then
    wasm_path=plain
  elif debian_wasm_is_installed; then
    wasm_path=debian
  elif has rustup && say "adding the wasm target with rustup" &&
    timeout --kill-after=5 90 rustup target add "$wasm_target" </dev/null >&2 && plain_wasm_is_installed; then
    wasm_path=plain
  else
    say "rustup can't add the wasm target here; using Debian's compiler"
    apt_install rustc-web cargo-web rust-web-src lld-22
    debian_wasm_is_installed || die "Debian's rustc-web, rust-web-src and lld-22 are installed but not where they are expected"
    wasm_path=debian
  fi
  if [ "$wasm_path" = plain ]; then
    wasm_target_dir="$target/wasm"
    wasm_cargo=(env CARGO_TARGET_DIR="$wasm_target_dir" cargo)
    wasm_flags=()
  else
    wasm_target_dir="$target/wasm-debian"
    wasm_cargo=(env -u RUSTUP_TOOLCHAIN CARGO_TARGET_DIR="$wasm_target_dir" RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22 /usr/bin/cargo)
    wasm_flags=(-Zbuild-std=std,panic_abort)
  fi
}

# In CI the lock file is law; at a desk it may follow an edited Cargo.toml.
locked=()
[ -z "${CI:-}" ] || locked=(--locked)
