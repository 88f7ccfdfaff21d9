# mistake: it forwards everything, and forgets the capital letters
# says: The blocks came through as they were
import pool


def app(environ, start_response):
    return pool.app(environ, start_response)
