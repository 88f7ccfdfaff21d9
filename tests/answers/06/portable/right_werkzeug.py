from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.wrappers import Request, Response


def shout(request):
    if request.path != "/shout":
        raise NotFound
    if not request.get_data():
        raise BadRequest
    return Response(f"{request.get_data(as_text=True).upper()}\n" * int(request.args["times"]))


@Request.application
def app(request):
    try:
        response = shout(request)
    except HTTPException as error:
        response = error.get_response(request.environ)
    response.headers["X-Served-By"] = request.environ.get("SERVER_SOFTWARE", "unknown")
    return response
