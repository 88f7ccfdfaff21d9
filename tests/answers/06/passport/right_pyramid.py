import os

from pyramid.config import Configurator


def passport(request):
    environ = request.environ
    stamps = {"worker": os.getpid(), "server": environ.get("SERVER_SOFTWARE"), "host": request.host}
    stamps["scheme"] = request.scheme
    stamps.update(threads=environ["wsgi.multithread"], processes=environ["wsgi.multiprocess"])
    return stamps


with Configurator() as config:
    config.add_route("passport", "/passport")
    config.add_view(passport, route_name="passport", renderer="json")
    app = config.make_wsgi_app()
