# mistake: the header is added to an answer that has it already
# says: SAMEORIGIN, DENY
import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        return start_response(status, [*headers, ("X-Frame-Options", "DENY")], exc_info)

    return pages.app(environ, start)
