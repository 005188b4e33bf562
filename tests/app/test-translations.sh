#!/bin/bash
# test-translations.sh TOPDIR: fails on a file with words that po/POTFILES.in leaves out, and on a
# language that is not complete; speaks TAP
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "${1:?usage: test-translations.sh TOPDIR}" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 failed=0

report() { # STATUS NAME DETAIL
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    failed=$((failed + 1))
    echo "not ok $n - $2"
    sed 's/^/# /' <<<"$3"
  fi
}

build-aux/update-po --list >"$work/with-words"
sed '/^#/d; /^$/d' po/POTFILES.in >"$work/listed"
left_out=$(comm -23 <(LC_ALL=C sort "$work/with-words") <(LC_ALL=C sort "$work/listed"))
report "$([ -z "$left_out" ]; echo $?)" "every file with words is in POTFILES.in" "left out (run build-aux/update-po): $left_out"
gone=$(while read -r file; do [ -f "$file" ] || echo "$file"; done <"$work/listed")
report "$([ -z "$gone" ]; echo $?)" "every file in POTFILES.in is there" "gone: $gone"

said=$(build-aux/update-po --template "$work/sheaf.pot" 2>&1)
report "$([ -z "$said" ] && [ -f "$work/sheaf.pot" ]; echo $?)" "the strings can be taken out" "$said"

for language in $(sed '/^#/d' po/LINGUAS); do
  said=$(msgfmt --check --output-file=/dev/null "po/$language.po" 2>&1)
  report "$?" "$language is well-formed" "$said"
  msgmerge --quiet --no-fuzzy-matching "po/$language.po" "$work/sheaf.pot" -o "$work/$language.po" 2>/dev/null
  missing=$(msgattrib --untranslated --no-obsolete "$work/$language.po" 2>/dev/null; msgattrib --only-fuzzy --no-obsolete "$work/$language.po" 2>/dev/null)
  report "$([ -z "$missing" ]; echo $?)" "$language is complete" "$missing"
done
echo "1..$n"
exit "$((failed > 0))"
