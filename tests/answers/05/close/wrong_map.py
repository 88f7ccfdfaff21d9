# mistake: map() runs over the blocks and has no close()
# says: What the layer returns is a map, and that has no close()
import pool


def app(environ, start_response):
    return map(bytes.upper, pool.app(environ, start_response))
