#!/bin/bash
# test-tree.sh TOPDIR: fails on anything at the top of the tree that has no place there
#
# Builds and downloads may lie about: only what git keeps counts, or, without git, all the rest.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$1" || exit 1
allowed='app|ui|resources|po|tests|data|build-aux|meson\.build|meson_options\.txt|README\.md|LICENSE|\..*'
entries=$(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u)
[ -n "$entries" ] || entries=$(ls -I '_build*' -I images)
stray=$(grep -vxE "$allowed" <<<"$entries")
[ -z "$stray" ] && exit 0
printf 'at the top of the tree, but not of the project: %s\n' $stray
exit 1
