"""Werkzeug's Request and Response, without a framework around them."""
from menu import page
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response


@Request.application
def app(request):
    try:
        text = page(request.path)
        if text is None:
            raise NotFound
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD"])
    except HTTPException as error:
        return error
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.add_etag()
    return response.make_conditional(request)
