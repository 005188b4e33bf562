#!/bin/bash
# test-queue-cli.sh BUILDDIR   a broker and two workers, started by the commands that are printed,
#                              get the same files as threads do
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
build=$(cd "$1" && pwd)
export PATH=$build/app:$PATH SHEAF_HELPER_DIR=$build/app GSETTINGS_BACKEND=memory
export IMGUR_CLIENT_ID=0123456789abcde ASAN_OPTIONS=detect_leaks=0
unset SHEAF_BROKER
top=$(mktemp -d)
export XDG_STATE_HOME=$top/state XDG_DATA_HOME=$top/data XDG_CACHE_HOME=$top/cache
processes=()
clean_up() {
  for p in "${processes[@]}"; do kill "$p" 2>/dev/null; done
  wait
  rm -rf "$top"
}
trap clean_up EXIT
n=0 failed=0
check() {
  n=$((n + 1))
  if "${@:2}" >"$top/check" 2>&1; then echo "ok $n - $1"; else
    echo "not ok $n - $1"
    sed 's/^/# /' "$top/check"
    failed=1
  fi
}

cd "$top" && mkdir here
port=$((20000 + RANDOM % 20000))
sheaf-cli queue status >/dev/null 2>"$top/none"
check "without a broker: one sentence, and the exit status of the network" \
  test "$? $(wc -l <"$top/none")" = "4 1"
sheaf-cli broker --port $port >command 2>broker.log &
processes+=($!)
for _ in $(seq 150); do [ -s command ] && break; sleep 0.1; done
check "the broker prints a command" grep -q "^sheaf-cli worker --broker 'rediss://" command
check "in which there is no password" bash -c "! grep -qF \"\$(cat state/sheaf/broker/password)\" command"
cd here
sheaf-cli download demo: -x queue --limit 2 --no-archive --no-thumbnails -o none 2>../waits.log &
waits=$!
for _ in $(seq 300); do grep -q "Waiting for a worker" ../waits.log && break; sleep 0.1; done
check "without a worker it says so, and how to start one" grep -q "with: sheaf-cli worker$" ../waits.log
kill -INT $waits
wait $waits
check "and can be interrupted" test "$? $(find . -type f | wc -l)" = "130 0"
sheaf-cli download demo: -x queue --limit 2 --no-archive --no-thumbnails -o none >/dev/null 2>../cancelled.log &
waits=$!
batches() { sheaf-cli queue status --json | /usr/bin/python3 -c '
import json, sys
print(*(b["id"] for b in json.load(sys.stdin)["batches"] if b["done"] + b["cancelled"] < b["total"]))'; }
for _ in $(seq 300); do [ -n "$(batches)" ] && break; sleep 0.1; done
check "a batch is cancelled by its name" sheaf-cli queue cancel "$(batches)"
wait $waits
status=$?
check "whoever asked for it ends as when interrupted, without a picture" \
  test "$status $(find none -type f ! -name '.*.part-*' | wc -l)" = "130 0"
sheaf-cli queue cancel nobody 2>../unknown.log
check "one that nobody knows: a sentence" test "$? $(wc -l <../unknown.log)" = "2 1"
for i in 1 2; do
  bash -c "exec $(cat ../command)" 2>"../worker-$i.log" &
  processes+=($!)
done
for _ in $(seq 150); do
  [ "$(sheaf-cli queue status | grep -c ^worker)" = 2 ] && break
  sleep 0.1
done
check "two workers are there" test "$(sheaf-cli queue status --json |
  /usr/bin/python3 -c 'import json, sys; print(len(json.load(sys.stdin)["workers"]))')" = 2
check "download with threads" sheaf-cli download demo: -x threads --limit 15 --no-archive --no-thumbnails -o threads
check "download with the queue" sheaf-cli download demo: -x queue --limit 15 --no-archive --no-thumbnails -o queue
check "as many files as asked for" test "$(find queue -type f | wc -l)" = 15
check "the same files" diff -r threads queue
check "workers left nothing behind" test -z "$(find . -path '*/.sheaf-queue/*')"
check "thumbnails with the queue" sheaf-cli thumbnail queue -x queue -s 128 -o thumbnails
check "as many as pictures" test "$(find thumbnails -type f | wc -l)" = 15
check "nothing is left in the queue" bash -c 'sheaf-cli queue status | grep -q "^0 queued, 0 running, 0 waiting"'
echo http://127.0.0.1:1/nobody.jpg |
  sheaf-cli download - -x queue --retries 0 --no-archive -o none >/dev/null 2>&1
check "what failed in spite of another try is kept" bash -c 'sheaf-cli queue dead | grep -q fetch'
check "and is tried again when somebody says so" \
  bash -c '[ "$(sheaf-cli queue retry --json)" = "{\"retried\":1}" ] && [ -z "$(sheaf-cli queue dead)" ]'
sheaf-cli compare primes -x sequential,queue --runs 1 --json >../compared
check "compared like any other" /usr/bin/python3 -c '
import json
rows = json.load(open("../compared"))["rows"]
assert [row["executor"] for row in rows] == ["sequential", "queue"], rows
assert all(row["wall_s"] > 0 for row in rows), rows'
kill -TERM "${processes[1]}" "${processes[2]}"
wait "${processes[1]}"
check "a worker ends well" test $? = 0
wait "${processes[2]}"
check "and the other" test $? = 0
kill -TERM "${processes[0]}"
wait "${processes[0]}"
check "and the broker" test $? = 0
# On another machine: beside copies of the certificate and the password, by the second command.
sheaf-cli broker --port $port --bind 0.0.0.0 >../command 2>../broker.log &
processes=($!)
for _ in $(seq 150); do grep -q "^  sheaf-cli" ../broker.log && break; sleep 0.1; done
mkdir ../there
cp ../state/sheaf/broker/{certificate.pem,password} ../there
(cd ../there && exec bash -c "exec $(grep "^  sheaf-cli" ../broker.log)") 2>../worker-3.log &
processes+=($!)
for _ in $(seq 150); do
  [ "$(sheaf-cli queue status | grep -c ^worker)" = 1 ] && break
  sleep 0.1
done
check "the command for other machines starts a worker" grep -q "takes jobs from rediss://" ../worker-3.log
check "which has come" bash -c 'sheaf-cli queue status | grep -q ^worker'
address=$(sed "s/.*'\(.*\)'/\1/" ../command)
echo wrong >../wrong
sheaf-cli worker --broker "${address/%password-file=*/password-file=$top/wrong}" 2>../wrong.log
check "a wrong password is refused in one sentence" test "$? $(wc -l <../wrong.log)" = "4 2"
openssl req -x509 -newkey rsa:2048 -nodes -keyout ../other.key -out ../other.pem -days 2 -subj /CN=x 2>/dev/null
sheaf-cli queue status --broker "${address/ca=*&/ca=$top/other.pem&}" 2>../wrong.log
check "and so is a certificate of somebody else's" test "$? $(wc -l <../wrong.log)" = "4 1"
kill -TERM "${processes[1]}"
wait "${processes[1]}"
kill -TERM "${processes[0]}"
wait "${processes[0]}"
processes=()
echo "1..$n"
exit $failed
