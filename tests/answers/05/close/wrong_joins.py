# mistake: a generator that joins all blocks before it yields
# says: block 2 was asked for when 0 blocks had come out
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    try:
        yield b"".join(blocks).upper()
    finally:
        if hasattr(blocks, "close"):
            blocks.close()
