# mistake: all blocks are collected in a list first
# says: all blocks were asked for before the layer returned
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    loud = [block.upper() for block in blocks]
    if hasattr(blocks, "close"):
        blocks.close()
    return loud
