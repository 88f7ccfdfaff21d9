# mistake: finally runs when the function returns, before the first block
# says: a block was asked for after close()
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    try:
        return (block.upper() for block in blocks)
    finally:
        if hasattr(blocks, "close"):
            blocks.close()
