from wsgiref.headers import Headers

from pages import app as inner


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        found = Headers(list(headers))
        found.setdefault("X-Frame-Options", "DENY")
        return start_response(status, found.items(), exc_info)

    return inner(environ, start)
