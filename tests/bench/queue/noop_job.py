# noop_job.py: the empty job of rq-noop.py
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rq's workers import."""


def noop():
    """Does nothing."""
