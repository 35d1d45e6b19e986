#!/bin/sh
# Lays out what the image holds: Node.js and its libraries in TARGET/base, the built program in TARGET/app.
#
#     sh scripts/lay-out-image.sh BUILD TARGET
#
# BUILD is where the program was built and only the production dependencies are left. Modes and times are set, so that the
# umask of a checkout and the hour of a build leave no trace: the program gets SOURCE_DATE_EPOCH (seconds; 0 without it), and
# what comes from the base always the same, so that a new version brings no new layer of it.
set -eu
build=$1
base=$2/base
app=$2/app
node=$(readlink -f "$(command -v node)")

mkdir -p "$base/usr/local/bin" "$base/usr/share/doc/nodejs" "$base/etc" "$base/tmp" "$app"
cp "$node" "$base/usr/local/bin/node"
# Some ways to install Node.js leave its license out.
if [ -f "$(dirname "$node")/../LICENSE" ]; then
  cp "$(dirname "$node")/../LICENSE" "$base/usr/share/doc/nodejs/LICENSE"
fi
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$base$(dirname "$library")"
  cp -L "$library" "$base$library"
  chmod 755 "$base$library"
done
cp -L /etc/os-release "$base/etc/os-release"
# Without this file glibc might ask DNS for a name that /etc/hosts has.
echo 'hosts: files dns' >"$base/etc/nsswitch.conf"
echo 'csi-datasafe:x:65532:65532::/:/nonexistent' >"$base/etc/passwd"
echo 'csi-datasafe:x:65532:' >"$base/etc/group"

# Where scanners look for packages of an image that has no dpkg.
if command -v dpkg-query >/dev/null; then
  mkdir -p "$base/var/lib/dpkg/status.d"
  for package in libc6 libgcc-s1 libstdc++6; do
    dpkg-query --status "$package" >"$base/var/lib/dpkg/status.d/$package"
    copyright=/usr/share/doc/$package/copyright
    if [ -f "$copyright" ]; then
      mkdir -p "$base/usr/share/doc/$package"
      cp -L "$copyright" "$base$copyright"
    fi
  done
fi

for name in LICENSE package.json sbom.spdx.json node_modules proto dist; do
  cp -R "$build/$name" "$app/$name"
done
# Types, their sources and source maps are for compilers; a running plugin calls no program of a package.
rm -rf "$app/node_modules/.bin"
find "$app/node_modules" -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -exec rm {} +
find "$app/node_modules" -type d -empty -delete

find "$2" -type d -exec chmod 755 {} +
find "$app" "$base/etc" "$base/usr/share" -type f -exec chmod 644 {} +
chmod 755 "$base/usr/local/bin/node"
chmod 1777 "$base/tmp"
find "$base" -exec touch -h -d @0 {} +
find "$app" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
