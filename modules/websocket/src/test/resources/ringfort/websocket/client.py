# A client of its own making: python3-websockets (10 or later) against an echo server that agrees on per-message deflate.
#
#   client.py URL
import asyncio
import os
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

url = sys.argv[1]

MESSAGES = [
    "", "a", "Hello " * 1000, "\u03ba\u03cc\u03c3\u03bc\u03b5 \U0001d11e " * 500,
    b"", b"\0", b"\0" * 1000000, os.urandom(100000), bytes(range(256)) * 300,
]


async def fragments(message, size):
    for at in range(0, len(message), size):
        yield message[at:at + size]
        await asyncio.sleep(0)


async def exchange(parameters, agreed):
    extensions = None if parameters is None else [ClientPerMessageDeflateFactory(**parameters)]
    async with websockets.connect(url, compression=None, extensions=extensions, max_size=1 << 21) as socket:
        names = [extension.name for extension in socket.extensions]
        assert names == (["permessage-deflate"] if agreed else []), (parameters, names)
        for message in MESSAGES:
            await socket.send(message)
            assert await socket.recv() == message, (parameters, len(message))
            if message:
                await socket.send(fragments(message, len(message) // 7 + 1))
                assert await socket.recv() == message, (parameters, "fragments", len(message))
        for message in MESSAGES:
            await socket.send(message)
        await (await socket.ping(b"between"))
        for message in MESSAGES:
            assert await socket.recv() == message, (parameters, "behind one another")
        await socket.close(4001, "done")
        assert socket.close_code == 4001, socket.close_code


async def too_big():
    async with websockets.connect(url, max_size=1 << 21) as socket:
        await socket.send(b"\0" * 1500000)
        try:
            await socket.recv()
            raise AssertionError("took a message over the limit")
        except websockets.ConnectionClosed as closed:
            assert closed.code == 1009, closed.code


async def main():
    await exchange(None, False)
    await exchange({}, True)
    await exchange({"client_max_window_bits": True}, True)
    await exchange({"client_max_window_bits": 9}, True)
    await exchange({"server_no_context_takeover": True, "client_no_context_takeover": True}, True)
    await exchange({"server_max_window_bits": 15}, True)
    # The server has a window of 15 bits only, so it declines and speaks without.
    await exchange({"server_max_window_bits": 10}, False)
    await too_big()
    print("all passed")


asyncio.run(asyncio.wait_for(main(), 60))
