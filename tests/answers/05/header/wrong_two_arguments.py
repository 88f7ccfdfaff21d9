# mistake: its start_response does not take exc_info
# says: takes 2 positional arguments but 3 were given
# says: start_response gets a third argument, exc_info
import pages


def app(environ, start_response):
    def start(status, headers):
        return start_response(status, [*headers, ("X-Frame-Options", "DENY")])

    return pages.app(environ, start)
