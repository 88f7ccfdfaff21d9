# mistake: the framework is trusted to notice; behind gunicorn Werkzeug does not
# says: bytes come, then the end
# says: saw 201 CREATED
import json

from werkzeug.exceptions import BadRequest, HTTPException, LengthRequired, NotFound
from werkzeug.wrappers import Request, Response


class ShopRequest(Request):
    max_content_length = 4096


notes = []


def view(request):
    if request.path == "/health":
        return Response("ok")
    if request.path == "/go":
        to = request.args.get("to", "")
        if to[:1] != "/" or to[1:2] in ("/", "\\") or not to.isascii() or not to.isprintable() or " " in to:
            raise BadRequest
        return Response(status=303, headers={"Location": to})
    if request.path != "/notes":
        raise NotFound
    if request.method == "GET":
        return Response(json.dumps(notes), content_type="application/json")
    if request.content_length is None:
        raise LengthRequired
    body = request.get_data()
    try:
        notes.append(body.decode())
    except UnicodeDecodeError:
        raise BadRequest from None
    return Response(status=201)


@ShopRequest.application
def app(request):
    try:
        return view(request)
    except HTTPException as error:
        return error
