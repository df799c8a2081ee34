#!/bin/sh
# Finds a Python that can run Wellread and becomes it, with the arguments given; where there is
# none it says in one line what to install. PYTHON=... names one and is then the only candidate.
# The project's own environment comes first, so that a newer Python on the machine does not
# rebuild a working installation.

probe='import sys
sys.stdout.write("%d.%d" % sys.version_info[:2])
if sys.version_info < (3, 11): sys.exit(3)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(4)
'
old='' bare=''
if [ -n "${PYTHON:-}" ]; then
    candidates=$PYTHON
else
    candidates='.venv/bin/python python3.13 python3.12 python3.11 python3.14 python3'
fi

for candidate in $candidates; do
    version=$("$candidate" -c "$probe" 2>/dev/null </dev/null)
    case $? in
        0) exec "$candidate" "$@" ;;
        3) old="$candidate is $version" ;;
        4) bare=${bare:-$version} ;;
    esac
done

if [ -n "$bare" ]; then
    echo "Python $bare is here, its venv module is not: install python$bare-venv (sudo apt-get install python$bare-venv), then run this again." >&2
elif [ -n "$old" ]; then
    echo "Wellread needs Python 3.11 or newer, and $old: install python3.11 and python3.11-venv, or name a newer one with PYTHON=/path/to/python3.12." >&2
elif [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON cannot be run as a Python: name one that is 3.11 or newer, or leave PYTHON out." >&2
else
    echo "Wellread needs Python 3.11 or newer, and there is no python3 here: install python3 and python3-venv (sudo apt-get install python3 python3-venv)." >&2
fi
exit 1
