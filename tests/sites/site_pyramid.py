"""One small site: a page, a form, an upload, rows one by one, and an error. This one is made with Pyramid."""

from pyramid.config import Configurator
from pyramid.response import Response


def hello(request):
    name = request.matchdict["name"]
    return {"name": name, "cups": request.params.get("cups"), "header": request.headers.get("X-Tea")}


def form(request):
    return dict(request.POST)


def upload(request):
    return {"size": len(request.body)}


def rows(request):
    return Response(app_iter=(f"row {number}\n".encode() for number in range(3)), content_type="text/plain")


def boom(request):
    raise RuntimeError("on purpose")


with Configurator() as config:
    for view, route, renderer in (
        (hello, "/hello/{name}", "json"),
        (form, "/form", "json"),
        (upload, "/upload", "json"),
        (rows, "/rows", None),
        (boom, "/boom", None),
    ):
        config.add_route(view.__name__, route)
        config.add_view(view, route_name=view.__name__, renderer=renderer)
    app = config.make_wsgi_app()
