#!/bin/sh
# The main job on real Blender, told step by step: every command is shown and really run.
# `./dev demo` calls it with dcchost on PATH. Its files live in a directory of its own, gone at the end.
set -eu

root=$(cd -- "$(dirname -- "$0")/.." && pwd)
demo=$(mktemp -d "${TMPDIR:-/tmp}/dcchost-demo.XXXXXX")
mkdir -m 700 "$demo/run"
mkdir "$demo/home" "$demo/tmp" "$demo/state" "$demo/cache" "$demo/data" "$demo/images"
export HOME="$demo/home" XDG_RUNTIME_DIR="$demo/run" XDG_STATE_HOME="$demo/state" \
    XDG_CACHE_HOME="$demo/cache" XDG_DATA_HOME="$demo/data" TMPDIR="$demo/tmp"
began=$(date +%s)
step=0
xvfb=
cd "$demo"

clean_up() {
    for name in sculpt render; do
        dcchost kill "$name" >/dev/null 2>&1 || true
    done
    [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
    cd /
    rm -rf "$demo"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold='' plain=''
if [ -t 1 ]; then
    bold=$(printf '\033[1m')
    plain=$(printf '\033[0m')
fi

# tell TITLE TEXT: what comes next and why it matters
tell() {
    step=$((step + 1))
    printf '\n%s%d. %s%s\n%s\n' "$bold" "$step" "$1" "$plain" "$2"
}

# show LINE: a command as one would type it
show() {
    printf '%s$ %s%s\n' "$bold" "$1" "$plain"
}

# run COMMAND...: shows it, runs it, and shows its status when that is not 0
run() {
    line=
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,@%+-]*) word="'$word'" ;;
        esac
        line="$line${line:+ }$word"
    done
    show "$line"
    status=0
    "$@" || status=$?
    [ "$status" -eq 0 ] || printf '(status %s)\n' "$status"
}

# fact NAME MEMBER: one member of a status object
fact() {
    dcchost status "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || { printf 'demo: waited too long for: %s\n' "$*" >&2; exit 1; }
        sleep 0.1
    done
}

# inside SOURCE: Python run on the main thread of Blender; prints the value of "result"
inside() {
    PYTHONPATH="$root/bindings/python" python3 -c '
import sys
from dcchost import client
print(client.Session("sculpt").agent("run", {"source": sys.argv[1]})["value"])' "$1"
}

has_copy() {
    [ -n "$(find "$demo/tmp" -name '*_rescue.blend' -size +0)" ]
}

is_back() {
    [ "$(fact sculpt ready)" = True ] && [ "$(fact sculpt restart_count)" = 1 ]
}

# ours: the processes that carry this demo's environment, beside this shell and its X server. A session
# stays half a second for whoever still wants to ask it, so this looks for at most two.
ours() {
    python3 - "$XDG_RUNTIME_DIR" $$ "$xvfb" <<'END'
import os
import pathlib
import sys
import time

mark = b"XDG_RUNTIME_DIR=" + os.fsencode(sys.argv[1])
known = {str(os.getpid()), *sys.argv[2:]}


def find():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if process.name not in known and mark in (process / "environ").read_bytes().split(b"\0"):
                yield process.name + " " + (process / "comm").read_text().strip()
        except OSError:
            continue


deadline = time.monotonic() + 2
while list(find()) and time.monotonic() < deadline:
    time.sleep(0.05)
found = list(find())
print("processes: %d" % len(found), *found, sep="\n  ")
END
}

# start_display: an X server of our own where there is none; FALSE when none can be had
start_display() {
    [ -z "${DISPLAY:-}" ] || return 0
    command -v Xvfb >/dev/null || return 1
    mkfifo "$demo/display"
    Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp -noreset 3>"$demo/display" 2>/dev/null &
    xvfb=$!
    read -r number <"$demo/display" || return 1
    export DISPLAY=":$number"
}

if ! command -v blender >/dev/null && [ -z "${DCCHOST_BLENDER_EXECUTABLE:-}" ]; then
    echo 'demo: no Blender here; ./dev setup installs one' >&2
    exit 69
fi

tell 'What is installed?' \
    'dcchost asks its adapters where the applications are, and each copy for its version.'
run dcchost adapters
run dcchost list

if start_display; then
    mode='with its window'
    headless=
else
    mode='headless: there is no display here'
    headless=--headless
fi
tell "Launch Blender ($mode), and come back when it is ready" \
    'Ready means that its main thread answers, not that some seconds have passed. It runs in the background.'
# shellcheck disable=SC2086 # empty or one word, on purpose
run dcchost launch blender --name sculpt $headless --recover auto --set rescue-period=1s -d --wait ready
run dcchost ps
run dcchost status sculpt

tell 'Is it well?' 'The agent inside answers for the main thread.'
run dcchost probe sculpt

tell 'It crashes, with unsaved work' \
    'A monkey is added to the cube, and nothing is saved. Then a segmentation fault, as a bad plug-in would cause.
Nobody touches anything after that.'
inside 'import bpy; bpy.ops.mesh.primitive_monkey_add(); result = "a monkey is added"'
wait_for 30 has_copy
show 'kill -SEGV (the pid of Blender)'
kill -SEGV "$(fact sculpt pid)"
wait_for 30 is_back
echo 'It is back, and ready. This is what happened:'
run dcchost why sculpt
run dcchost ps
echo 'What is in the scene, which was never saved?'
inside 'import bpy; result = sorted(o.name for o in bpy.data.objects)'

tell 'Stop it, with unsaved work' \
    'First a rescue copy, then a polite quit, and signals only if that does not help.'
run dcchost stop sculpt
copy=$(find "$demo/state" -name 'untitled-*.blend' | head -n 1)
if [ -n "$copy" ]; then
    echo 'Is the monkey in the rescue copy?'
    show "blender -b $copy --python-expr 'import bpy; print(sorted(o.name for o in bpy.data.objects))'"
    blender -b "$copy" --python-expr 'import bpy; print(sorted(o.name for o in bpy.data.objects))' |
        grep '^\['
fi

tell 'Render five frames with Cycles, and watch' \
    'In the foreground. The status of the command is the status of Blender.'
run dcchost launch blender --name render --headless -- -E CYCLES --python-expr \
    'import bpy; s = bpy.context.scene; s.cycles.use_denoising = False; s.cycles.samples = 16; s.render.resolution_percentage = 10' \
    -o "$demo/images/####" -s 1 -e 5 -a
run ls images

tell 'Let an agent do it' \
    'No model is needed for that: a script that makes MCP calls alone, and goes by what they answer. It starts Blender, has
it render, and meets a hang, a crash, and a Houdini (a stand-in) that finds no licence.'
run python3 -B "$root/tools/mcp-agent.py"

tell 'What is left behind?' 'Nothing but what you may want to read.'
run dcchost ps
ours
echo "sockets, locks and records: $(find "$demo/run/dcchost" -mindepth 1 | wc -l)"
echo "temporary files: $(find "$demo/tmp" -mindepth 1 | wc -l)"
echo "logs, events and rescued work, kept on purpose: $(find "$demo/state" -type f | wc -l) files"
printf '\nThat was the main job, in %s seconds.\n' "$(($(date +%s) - began))"
