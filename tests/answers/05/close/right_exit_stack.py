from contextlib import ExitStack

import pool


def app(environ, start_response):
    with ExitStack() as stack:
        blocks = pool.app(environ, start_response)
        if close := getattr(blocks, "close", None):
            stack.callback(close)
        yield from map(bytes.upper, blocks)
