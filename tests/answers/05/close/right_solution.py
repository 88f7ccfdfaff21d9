import pool


def loud(app):
    def wrapped(environ, start_response):
        blocks = app(environ, start_response)
        try:
            for block in blocks:
                yield block.upper()
        finally:
            if hasattr(blocks, "close"):
                blocks.close()

    return wrapped


app = loud(pool.app)
