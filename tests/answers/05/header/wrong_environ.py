# mistake: the header is put into the environ
# says: 200 OK without X-Frame-Options
import pages


def app(environ, start_response):
    environ["X-Frame-Options"] = "DENY"
    return pages.app(environ, start_response)
