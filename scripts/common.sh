# Sourced by the scripts beside it: where things are, and how they speak.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deps="$root/build/deps"
bin="$root/build/release/bin"
export PATH="$deps/node:$PATH"
# OpenMP threads that have nothing to do give their core away soon: with two cores the others need it.
export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-2000}"

bold="" plain=""
if [ -t 2 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a step and says how long it took.
timed() {
  local name="$1" start=$SECONDS
  shift
  say "$name"
  "$@"
  local status=$?  # not 0 only where the caller looks at it: elsewhere `set -e` has ended the script
  printf '    %s: %d s\n' "$name" $((SECONDS - start)) >&2
  return $status
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "needs root to run '$*': run scripts/setup as root or install sudo"; fi
}

# Installs those of the apt packages that are missing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || die "apt-get not found: these packages are needed: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
