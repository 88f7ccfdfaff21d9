# mistake: the exception of the application inside ends in the layer
# says: nothing came out: the server believes that the answer is whole
import pool


def app(environ, start_response):
    blocks = pool.app(environ, start_response)
    try:
        for block in blocks:
            yield block.upper()
    except Exception as error:
        print(error)
    finally:
        if hasattr(blocks, "close"):
            blocks.close()
