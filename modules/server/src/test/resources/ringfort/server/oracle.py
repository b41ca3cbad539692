"""Reads requests as python3-h11 does: one connection per line of hexadecimal digits, its reading on one line.

A reading is a tab-separated list of requests, then how it ended: "more" input needed, "close", or "refused" and why.
A request is method, target, fields and content, separated by spaces, all but the method in hexadecimal digits. Field
names are in lower case. Trailers are left out: recipients differ in which they keep.
"""

import sys

import h11


def reading(data):
    requests = []
    request = None
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    if data:  # no bytes would be the end of the input
        connection.receive_data(data)
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return requests, "more"
            if event is h11.PAUSED:
                return requests, "refused paused"
            if isinstance(event, h11.Request):
                request, content = event, b""
            elif isinstance(event, h11.Data):
                content += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                fields = b"".join(name + b":" + value + b"\n" for name, value in request.headers)
                parts = [request.target.hex(), fields.hex(), content.hex()]
                requests.append(" ".join([request.method.decode("latin-1")] + parts))
                status = 501 if request.method == b"CONNECT" else 200  # 200 would make it a tunnel
                connection.send(h11.Response(status_code=status, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE:
                    return requests, "close HTTP/1.0" if request.http_version < b"1.1" else "close"
                connection.start_next_cycle()
                request = None
    except h11.RemoteProtocolError as error:
        where = "" if request is None else "in content: "
        return requests, "refused " + where + str(error).replace("\n", " ").replace("\t", " ")


for line in sys.stdin:
    requests, end = reading(bytes.fromhex(line))
    print("\t".join(requests + [end]), flush=True)
