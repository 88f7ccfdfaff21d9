import pages
from werkzeug.datastructures import Headers


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        headers = Headers(headers)
        headers.setdefault("X-Frame-Options", "DENY")
        return start_response(status, headers.to_wsgi_list(), exc_info)

    return pages.app(environ, start)
