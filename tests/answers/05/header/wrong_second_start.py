# mistake: it calls start_response itself, and lets the application call it too
# says: GET /rows (S14)
import pages


def app(environ, start_response):
    start_response("200 OK", [("X-Frame-Options", "DENY")])
    return pages.app(environ, start_response)
