# mistake: it takes for granted that every iterable has close()
# says: GET /list, whose iterable has no close()
# says: 'list' object has no attribute 'close'
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    try:
        for block in blocks:
            yield block.upper()
    finally:
        blocks.close()
