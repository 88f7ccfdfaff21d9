# mistake: it thinks of errors, and not of the visitor who leaves
# says: the visitor leaves after the first block
# says: it was never called
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    close = getattr(blocks, "close", lambda: None)
    try:
        for block in blocks:
            yield block.upper()
    except Exception:
        close()
        raise
    close()
