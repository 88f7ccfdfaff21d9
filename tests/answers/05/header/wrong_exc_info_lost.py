# mistake: exc_info is taken and not passed on; the server sees a second call without it
# says: GET /sorry (S14)
# says: start_response gets a third argument, exc_info
import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        return start_response(status, [*headers, ("X-Frame-Options", "DENY")])

    return pages.app(environ, start)
