# mistake: the header is for good answers only
# says: 404 Not Found without X-Frame-Options
import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        if status.startswith("200"):
            headers = [*headers, ("X-Frame-Options", "DENY")]
        return start_response(status, headers, exc_info)

    return pages.app(environ, start)
