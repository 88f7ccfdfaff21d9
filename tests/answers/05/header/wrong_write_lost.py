# mistake: its start_response returns nothing
# says: GET /write, which uses the write callable
# says: This application uses what start_response returns
import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        start_response(status, [*headers, ("X-Frame-Options", "DENY")], exc_info)

    return pages.app(environ, start)
