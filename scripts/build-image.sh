#!/bin/sh
# Builds the image with docker or podman, whichever runs here. Further arguments go to the engine's `build`.
#
#     sh scripts/build-image.sh [--build-arg NODE_IMAGE=...]
#
# IMAGE names it otherwise than csi-datasafe:<version>. Where npm has settings or certificates of its own (a registry, a
# proxy), the build gets them as secrets, which the image does not keep.
set -eu
cd "$(dirname "$0")/.."

if docker info >/dev/null 2>&1; then
  engine=docker
elif command -v podman >/dev/null; then
  engine=podman
else
  cat >&2 <<'TEXT'
Building the image needs one of:
  docker 23 or newer, with a running daemon (try: docker info)
  podman 4 or newer
and a way to the image of Node.js, or --build-arg NODE_IMAGE=... with scripts/build-image.sh.
`make packaging` takes the same steps without an engine.
TEXT
  exit 1
fi

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
# The time of the commit, so that building it again gives the same image.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
set -- --tag "${IMAGE:-csi-datasafe:$version}" --build-arg "VERSION=$version" --build-arg "SOURCE_DATE_EPOCH=$epoch" "$@"

settings=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}
certificates=$(npm config get cafile 2>/dev/null || true)
[ -f "$certificates" ] || certificates=${NODE_EXTRA_CA_CERTS:-}
[ ! -f "$settings" ] || set -- --secret "id=npmrc,src=$settings" "$@"
[ ! -f "$certificates" ] || set -- --secret "id=npm-ca,src=$certificates" "$@"

if [ "$engine" = docker ]; then
  # Versions that know BuildKit and do not use it by themselves are told to.
  export DOCKER_BUILDKIT=1
else
  # BuildKit takes the time of the image from SOURCE_DATE_EPOCH; podman is told.
  set -- --timestamp "$epoch" "$@"
fi
exec "$engine" build "$@" .
