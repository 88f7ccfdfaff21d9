import re
import sys
import traceback
import uuid

from werkzeug.datastructures import Headers
from werkzeug.exceptions import InternalServerError
from werkzeug.wsgi import ClosingIterator


def request_id(app):
    def wrapped(environ, start_response):
        tag = environ.get("HTTP_X_REQUEST_ID", "")
        if not re.fullmatch(r"[\w.-]{1,64}", tag, re.ASCII):
            tag = str(uuid.uuid4())
        environ["request.id"] = tag

        def start(status, headers, exc_info=None):
            headers = Headers(headers)
            headers["X-Request-Id"] = tag
            return start_response(status, headers.to_wsgi_list(), exc_info)

        def fail():
            environ["wsgi.errors"].write(f"{tag}: {traceback.format_exc()}")
            page = InternalServerError().get_response()
            start(page.status, page.headers.to_wsgi_list(), sys.exc_info())
            return page.response

        def guard(blocks):
            begun = False
            try:
                for block in blocks:
                    begun = begun or bool(block)
                    yield block
            except Exception:
                if begun:
                    raise
                yield from (part if isinstance(part, bytes) else part.encode() for part in fail())

        try:
            blocks = app(environ, start)
        except Exception:
            return [part if isinstance(part, bytes) else part.encode() for part in fail()]
        return ClosingIterator(guard(blocks), getattr(blocks, "close", None))

    return wrapped
