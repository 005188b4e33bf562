#!/bin/bash
# test-install.sh BUILD: what `meson install` leaves in a prefix works from there; speaks TAP
#
# BUILD was configured with a prefix inside of it (build-aux/check does so); nothing of the build tree
# is named to the programs, so they must find their helpers, schema and words by themselves.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
build=$(cd "${1:?usage: test-install.sh BUILD}" && pwd)
prefix=$(meson introspect --buildoptions "$build" |
  python3 -c 'import json, sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
id=io.github.sheaf_app.Sheaf
case $prefix in
  "$build"/*) ;;
  *) echo "1..0 # SKIP the prefix $prefix is not inside the build directory"; exit 0 ;;
esac
unset SHEAF_HELPER_DIR SHEAF_BUILD_DIR GSETTINGS_SCHEMA_DIR GSETTINGS_BACKEND G_DEBUG
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config \
  XDG_STATE_HOME=$work/state XDG_DATA_DIRS=$prefix/share:/usr/local/share:/usr/share LC_ALL=C.UTF-8
n=0 failed=0

report() { # STATUS NAME [LOG]
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    failed=$((failed + 1))
    echo "not ok $n - $2"
    [ -z "${3:-}" ] || sed 's/^/# /' "$3"
  fi
}

rm -rf "$prefix"
meson install -C "$build" --no-rebuild >"$work/log" 2>&1
report "$?" "installs" "$work/log"

for file in bin/sheaf bin/sheaf-cli libexec/sheaf/sheaf-thumbnailer libexec/sheaf/sheaf-fetcher \
  $( [ -x "$build/app/sheaf-embedder" ] && echo libexec/sheaf/sheaf-embedder ) \
  share/applications/$id.desktop share/metainfo/$id.metainfo.xml share/dbus-1/services/$id.service \
  share/icons/hicolor/scalable/apps/$id.svg share/icons/hicolor/symbolic/apps/$id-symbolic.svg \
  share/glib-2.0/schemas/$id.gschema.xml share/glib-2.0/schemas/gschemas.compiled share/man/man1/sheaf-cli.1; do
  [ -s "$prefix/$file" ]
  report "$?" "has $file"
done

"$prefix/bin/sheaf-cli" --help >"$work/log" 2>&1
report "$?" "sheaf-cli says its help" "$work/log"

convert -size 600x400 plasma: "$work/picture.jpg" &&
  "$prefix/bin/sheaf-cli" thumbnail "$work/picture.jpg" -o "$work/small" -s 128 >"$work/log" 2>&1 &&
  [ "$(identify -format '%wx%h' "$work/small/picture_thumbnail.jpg")" = 128x85 ]
report "$?" "a thumbnail is made by the installed helper" "$work/log"

IMGUR_CLIENT_ID=0123456789abcde "$prefix/bin/sheaf-cli" download demo: -o "$work/images" --limit 5 --json >"$work/lines" 2>"$work/log" &&
  tail -n 1 "$work/lines" | grep -q '"summary"' && [ "$(find "$work/images" -type f ! -name '*_thumbnail.*' ! -name '.*' | wc -l)" -ge 5 ]
report "$?" "pictures are downloaded by the installed fetcher" "$work/log"

"$prefix/bin/sheaf" --version >"$work/log" 2>&1
report "$?" "the window's program says its version" "$work/log"

exec_line=$(sed -n 's/^Exec=//p' "$prefix/share/dbus-1/services/$id.service")
[ -x "${exec_line%% *}" ]
report "$?" "the D-Bus service starts a program that is there"

echo "1..$n"
exit "$((failed > 0))"
