# mistake: the header's name is looked for in one spelling only; the application's value is replaced
# says: DENY, SAMEORIGIN
import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        if ("X-Frame-Options", "DENY") not in headers:
            headers = [("X-Frame-Options", "DENY"), *headers]
        return start_response(status, headers, exc_info)

    return pages.app(environ, start)
