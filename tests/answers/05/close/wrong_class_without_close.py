# mistake: a class for the blocks that does not pass close() on
# says: What the layer returns is a Loud, and that has no close()
import pool


class Loud:
    def __init__(self, blocks):
        self.blocks = blocks

    def __iter__(self):
        for block in self.blocks:
            yield block.upper()


def app(environ, start_response):
    return Loud(pool.app(environ, start_response))
