#!/bin/sh
# Every check, one after another; all of them run, and the end says which were broken, and which could not run: those
# end with 77.
# usage: check.sh ROOT BUILD [CHECK...]. `./dev check` calls it; CONTRIBUTING.md explains each.
set -u

root=$1
build=$2
shift 2
cd "$root" || exit 125
broken='' skipped=''
[ $# -gt 0 ] || set -- format rules shell python cppcheck tidy introspection reference stubs

# each PATTERN...: what git tracks or would, one path a line
each() {
    git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r path; do
        [ ! -f "$path" ] || printf '%s\n' "$path"
    done
}

# on COMMAND... : the paths of standard input as its last arguments
on() {
    tr '\n' '\0' | xargs -0 -r "$@"
}

check_format() {
    # One line a file: what to change is clang-format's business, not the reader's.
    each '*.c' '*.h' | on clang-format --dry-run -Werror >"$build/format.txt" 2>&1 ||
        { grep -o '^[^ :]*:[0-9]*:[0-9]*: error' "$build/format.txt" | cut -d: -f1 | uniq -c; return 1; }
}

check_rules() {
    python3 tools/house-rules.py .
}

check_shell() {
    each dev .ci/run '*.sh' | on shellcheck
}

check_python() {
    each '*.py' | on python3 -m flake8
}

# here: of the paths on standard input, those that are not of another system
here() {
    grep -v -E '(/(windows|darwin)/|-(windows|darwin)\.c$|/dcc-module-pe\.c$)'
}

check_cppcheck() {
    # gtk: the library description that knows GLib. Reasons stand in the file of suppressions.
    each 'core/*.c' 'adapters/*.c' 'cli/*.c' 'mcp/*.c' 'examples/*.c' | here |
        on cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,performance,portability --library=gtk --std=c11 -DDCC_API= -D__linux__ \
        --suppressions-list=tools/cppcheck-suppressions -j 2
}

check_tidy() {
    # With the flags that the build compiles them with. The notes below each line are for when it is run alone.
    each 'core/*.c' 'adapters/*.c' 'cli/*.c' 'mcp/*.c' | here |
        on -n 8 -P 2 clang-tidy -p "$build" --quiet >"$build/tidy.txt" 2>&1 ||
        { grep -E ' (error|warning): ' "$build/tidy.txt" || cat "$build/tidy.txt"; return 1; }
}

check_introspection() {
    # The scanner speaks only when it runs.
    rm -f "$build"/bindings/DccHost-1.0.gir
    ninja -C "$build" bindings/DccHost-1.0.gir bindings/DccHost-1.0.typelib >"$build/scanner.txt" 2>&1 ||
        { cat "$build/scanner.txt"; return 1; }
    ! grep -i 'warning' "$build/scanner.txt"
}

check_reference() {
    # Every public symbol, parameter and answer has its words. It colours its lines, terminal or none, and exits with 0.
    gi-docgen check --config docs/reference/dcchost.toml "$build/bindings/DccHost-1.0.gir" >"$build/reference.txt" 2>&1 ||
        { cat "$build/reference.txt"; return 1; }
    ! grep -E 'WARNING|ERROR' "$build/reference.txt"
}

check_stubs() {
    # What the agents call is there in the published stubs of Blender, Maya and Houdini.
    python3 -B tools/stubs.py "$build"
}

# may_skip CHECK: on a build server only what is on the list, as for tests
may_skip() {
    [ "${CI:-}" != true ] || grep -qxF "check/$1" tests/allowed-skips
}

for check in "$@"; do
    report=$("check_$check" 2>&1) && status=0 || status=$?
    if [ "$status" -eq 0 ]; then
        printf 'ok      %s\n' "$check"
    elif [ "$status" -eq 77 ] && may_skip "$check"; then
        printf 'SKIPPED %s: %s\n' "$check" "$report"
        skipped="$skipped $check"
    else
        printf 'BROKEN  %s\n%s\n' "$check" "$report"
        broken="$broken $check"
    fi
done
[ -z "$skipped" ] || printf 'check: skipped:%s\n' "$skipped"
[ -z "$broken" ] || { printf 'check: broken:%s\n' "$broken"; exit 1; }
