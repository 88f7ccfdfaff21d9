# mistake: calls start_response again without exc_info
# says: GET /started, which calls start_response('200 OK') and then raises, in the call
# says: A second call needs the third argument: sys.exc_info()
import re
import sys
import traceback
import uuid


def request_id(app):
    def wrapped(environ, start_response):
        given = environ.get("HTTP_X_REQUEST_ID", "")
        known = re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given)
        tag = environ["request.id"] = given if known else uuid.uuid4().hex

        def start(status, headers, exc_info=None):
            others = [(name, value) for name, value in headers if name.lower() != "x-request-id"]
            return start_response(status, [*others, ("X-Request-Id", tag)], exc_info)

        def failed():
            environ["wsgi.errors"].write(f"request {tag} failed\n{traceback.format_exc()}")
            start("500 Internal Server Error", [("Content-Type", "text/plain")])
            return f"Something went wrong. The request id is {tag}\n".encode()

        try:
            return watched(app(environ, start), failed)
        except Exception:
            return [failed()]

    return wrapped


def watched(blocks, failed):
    """Hand on the blocks. After an error, failed() gives a last one, or raises when the headers have left."""
    try:
        yield from blocks
    except Exception:
        yield failed()
    finally:
        if hasattr(blocks, "close"):
            blocks.close()
