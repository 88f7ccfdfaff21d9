# mistake: the headers become a dict; of two cookies one is left
# says: GET /cookies, which sets two cookies
# says: b=2
import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        found = dict(headers)
        if not any(name.lower() == "x-frame-options" for name in found):
            found["X-Frame-Options"] = "DENY"
        return start_response(status, list(found.items()), exc_info)

    return pages.app(environ, start)
