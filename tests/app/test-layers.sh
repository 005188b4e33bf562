#!/bin/bash
# test-layers.sh [TOPDIR]     fails on an include that goes against the arrows between the rooms
# test-layers.sh --self-test  plants wrong arrows in a copy, and fails when one is not found
#
# A room is a folder below app/, app/ itself (the engine), or ui/.  Includes are spelled from the
# top, so one look at each #include tells where its arrow points.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
here=$(cd "$(dirname "$0")" && pwd)

# room: the rooms it may name.  Every room may name itself.
arrows='
work:
base:      work
verbs:     work
helpers:   verbs work
exec:      base work
queue:     exec base work
gallery:   exec base work
download:  exec base work
thumbnail: exec base work
model:     base work
demo:      base work
engine:    base work verbs exec queue gallery download thumbnail model demo
cli:       engine base work verbs exec queue gallery download thumbnail model demo
ui:        engine model base work
'

# check TOPDIR: prints every wrong arrow as FILE:LINE: what is wrong.
check() {
  (
    cd "$1" || exit 1
    find app ui tests/app -name '*.[ch]' 2>/dev/null | sort | xargs -r awk -v table="$arrows" '
      function room_of(path, part, n) {
        n = split(path, part, "/")
        if (part[1] == "ui") return "ui"
        if (part[1] == "resources") return "ui"
        if (part[1] == "tests") return "tests"
        if (part[1] == "app") return n == 2 ? "engine" : part[2]
        return ""
      }
      function wrong(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }
      BEGIN {
        n = split(table, rows, "\n")
        for (i = 1; i <= n; i++) {
          if (split(rows[i], side, ":") < 1 || side[1] == "") continue
          known[side[1]] = 1
          allowed[side[1] " " side[1]] = 1
          m = split(side[2], names, " ")
          for (j = 1; j <= m; j++) allowed[side[1] " " names[j]] = 1
        }
        known["tests"] = 1
      }
      FNR == 1 {
        from = room_of(FILENAME)
        if (!(from in known)) wrong("a room the table of arrows does not know: " from)
      }
      # GTK is named under ui/ only; gdk-pixbuf is no part of it.
      from != "ui" && /^[ \t]*#[ \t]*include[ \t]*[<"](gtk\/|gdk\/|gsk\/|adwaita\.h|libadwaita)/ {
        wrong("GTK outside ui/: " $0)
      }
      from != "ui" && /(^|[^A-Za-z0-9_])(gtk|adw|gsk|gdk)_[a-z_]+ \(/ && !/gdk_pixbuf/ {
        wrong("a call of GTK outside ui/: " $0)
      }
      /^[ \t]*#[ \t]*include[ \t]*"/ {
        target = $0
        sub(/^[^"]*"/, "", target)
        sub(/".*/, "", target)
        if (target == "config.h") next
        if (target !~ /^(app|ui|resources|tests)\// || target ~ /(^|\/)\.\.?(\/|$)/) {
          wrong("an include not spelled from the top: \"" target "\"")
          next
        }
        to = room_of(target)
        if (!(to in known))
          wrong("an include from a room the table does not know: \"" target "\"")
        else if (from != "tests" && !((from " " to) in allowed))
          wrong("a wrong arrow, " from " to " to ": \"" target "\"")
        else if (from == "tests" && to == "ui")
          wrong("a test without a display names the window: \"" target "\"")
      }
      END { exit bad }
    '
  )
}

self_test() {
  local n=0 failed=0 before after
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT

  # plant FILE LINE WHAT: the line must be found, and nothing else in that file.
  plant() {
    rm -rf "$top/app" "$top/ui" "$top/tests"
    mkdir -p "$top/$(dirname "$1")"
    printf '#include "config.h"\n#include <gio/gio.h>\n%s\n' "$2" >"$top/$1"
    n=$((n + 1))
    before=$(check "$top")
    if [ "$(grep -c "^$1:3: " <<<"$before")" = 1 ] && ! check "$top" >/dev/null; then
      echo "ok $n - found: $3"
    else
      failed=$((failed + 1))
      echo "not ok $n - not found: $3"
    fi
  }
  # allow FILE LINE WHAT: the line must pass.
  allow() {
    rm -rf "$top/app" "$top/ui" "$top/tests"
    mkdir -p "$top/$(dirname "$1")"
    printf '%s\n' "$2" >"$top/$1"
    n=$((n + 1))
    if after=$(check "$top"); then
      echo "ok $n - passed: $3"
    else
      failed=$((failed + 1))
      echo "not ok $n - refused: $3 ($after)"
    fi
  }

  plant app/gallery/a.c '#include "app/download/archive.h"' 'a sibling room'
  plant app/work/a.h '#include "app/base/entry.h"' 'work naming base'
  plant app/verbs/a.c '#include "app/base/entry.h"' 'a verb naming base'
  plant app/helpers/a.c '#include "app/exec/executor.h"' 'a helper naming an executor'
  plant app/model/a.h '#include "app/exec/executor.h"' 'the model naming an executor'
  plant app/exec/a.c '#include "app/engine.h"' 'a room naming the engine'
  plant app/exec/a.c '#include "app/queue/queue.h"' 'an executor naming the queue'
  plant app/engine.c '#include "ui/window.h"' 'the engine naming the window'
  plant app/engine.c '#include "app/cli/command.h"' 'the engine naming the command line'
  plant ui/window.c '#include "app/download/download-pool.h"' 'the window naming a room'
  plant app/download/a.c '#include "archive.h"' 'an include beside the file'
  plant app/download/a.c '#include "../base/entry.h"' 'an include by way of ..'
  plant app/download/a.c '#include "app/download/../gallery/source.h"' '.. in the middle'
  plant app/download/a.c '  #  include <gtk/gtk.h>' 'GTK in a room'
  plant app/engine.h '#include <adwaita.h>' 'libadwaita in the engine'
  plant app/thumbnail/a.c '#include <gdk/gdk.h>' 'GDK in a room'
  plant app/thumbnail/a.c '  texture = gdk_memory_texture_new (1, 1, f, b, 4);' 'a call of GDK in a room'
  plant app/cli/a.c '  gtk_init ();' 'a call of GTK in the command line'
  plant app/attic/a.c '#include "app/attic/b.h"' 'a room of nowhere'
  plant tests/app/a.c '#include "ui/tile.h"' 'the window in a test without a display'

  allow app/download/a.c '#include "app/exec/executor.h"' 'a room naming exec'
  allow app/helpers/a.c '#include "app/verbs/verb-table.h"' 'a helper naming the verbs'
  allow app/verbs/a.c '#include <gdk-pixbuf/gdk-pixbuf.h>' 'gdk-pixbuf in a verb'
  allow app/verbs/a.c '  p = gdk_pixbuf_new_from_stream (s, NULL, e);' 'a call of gdk-pixbuf'
  allow app/engine.c '#include "app/gallery/source.h"' 'the engine naming a room'
  allow ui/window.c '#include "app/engine.h"' 'the window naming the engine'
  allow ui/window.c '#include <gtk/gtk.h>' 'GTK in the window'
  allow tests/app/a.c '#include "app/queue/broker.h"' 'a test naming a room'
  echo "1..$n"
  return "$((failed > 0))"
}

case ${1:-} in
  --self-test) self_test ;;
  *) check "${1:-$here/../..}" && echo "layers: every arrow is right" ;;
esac
