from http import HTTPStatus

from werkzeug.wrappers import Request, Response


@Request.application
def app(request):
    line = f"{request.path.split('/')[-1]} {HTTPStatus(int(request.path.split('/')[-1])).phrase}"
    answer = Response(f"{line} — {request.method}\n", status=line, content_type="text/plain; charset=utf-8")
    answer.headers["X-Method"] = request.method
    return answer
