# rq-noop.py: how many empty jobs per second Debian's python3-rq does
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
#   rq-noop.py PORT N      queues N calls of an empty function and waits for the last
"""Prints the jobs per second from the first enqueued to the last done."""

import sys
import time

import redis
import rq


def main():
    port, n = int(sys.argv[1]), int(sys.argv[2])
    connection = redis.Redis(port=port)
    queue = rq.Queue("noop", connection=connection)
    finished = queue.finished_job_registry
    before = finished.count
    begin = time.monotonic()
    for _ in range(n):
        queue.enqueue("noop_job.noop")
    while finished.count < before + n:
        time.sleep(0.02)
    print(f"{n / (time.monotonic() - begin):.1f}")


main()
