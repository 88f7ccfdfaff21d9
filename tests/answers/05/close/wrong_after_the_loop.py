# mistake: close() stands after the loop, which an exception leaves
# says: GET /broken, which raises after its first block
# says: it was never called
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    for block in blocks:
        yield block.upper()
    if hasattr(blocks, "close"):
        blocks.close()
