# internet_h2.py: HTTP/2 connections that end as they should not
#
# SPDX-License-Identifier: GPL-3.0-or-later
from collections import Counter

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from hyperframe.frame import GoAwayFrame

connections = Counter()


def go_away(stream, last):
    """Says so without the library's knowing: it would end what is still to be sent."""
    frame = GoAwayFrame(0)
    frame.last_stream_id = last
    stream.sendall(frame.serialize())


def send(h2, stream, number, data):
    for at in range(0, len(data), h2.max_outbound_frame_size):
        h2.send_data(number, data[at:at + h2.max_outbound_frame_size])
    stream.sendall(h2.data_to_send())


def respond(h2, stream, number, host, picture):
    """One answer; FALSE ends the connection."""
    half = len(picture) // 2
    first = connections[host] == 1
    length = len(picture)
    if host.startswith("h2-refused-once") and connections[host, "streams"] == 1:
        h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
        return True
    if host.startswith("h2-refused-always"):
        h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
        return True
    if host.startswith("h2-goaway-once") and first:
        go_away(stream, 0)
        return False
    if host.startswith("h2-garbage"):
        stream.sendall(b"\xff" * 64)
        return False
    h2.send_headers(number, [(":status", "200"), ("content-type", "image/jpeg"),
                             ("content-length", str(length))])
    send(h2, stream, number, picture[:half])
    # Three streams a connection, and as many as came meanwhile go unanswered.
    if host.startswith("h2-few") and number == 5 or host.startswith("h2-goaway"):
        go_away(stream, number)
    if "-cut" in host:
        if "stream" in host:
            h2.reset_stream(number, ErrorCodes.INTERNAL_ERROR)
            return True
        return False
    if not host.startswith("h2-short"):
        send(h2, stream, number, picture[half:])
    if host.startswith("h2-long"):
        send(h2, stream, number, picture[:half])
    h2.send_data(number, b"", end_stream=True)
    stream.sendall(h2.data_to_send())
    return "goaway" not in host and not (host.startswith("h2-few") and number == 5)


def answer(stream, host, make_picture):
    try:
        converse(stream, host, make_picture)
    except ProtocolError:
        pass


def converse(stream, host, make_picture):
    h2 = H2Connection(H2Configuration(client_side=False))
    connections[host] += 1
    h2.initiate_connection()
    stream.sendall(h2.data_to_send())
    going = True
    paths = {}
    while going and (data := stream.recv(65536)):
        for event in h2.receive_data(data):
            if isinstance(event, RequestReceived):
                paths[event.stream_id] = dict(event.headers)[b":path"].decode()
            elif isinstance(event, StreamEnded) and going:
                connections[host, "streams"] += 1
                going = respond(h2, stream, event.stream_id, host,
                                make_picture(host, paths[event.stream_id]))
        stream.sendall(h2.data_to_send())
    # What was not read would reset the connection, and what was sent be lost.
    if "cut" not in host and "garbage" not in host:
        stream.settimeout(5)
        while stream.recv(65536):
            pass
