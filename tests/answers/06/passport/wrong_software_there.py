# mistake: takes for granted that a server gives its name
# says: under uWSGI
# says: 'SERVER_SOFTWARE'
# says: Another server has given SERVER_SOFTWARE
import json
import os


def app(environ, start_response):
    if environ.get("PATH_INFO") != "/passport":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only passports here.\n"]
    stamps = {
        "worker": os.getpid(),
        "server": environ["SERVER_SOFTWARE"],
        "scheme": environ["wsgi.url_scheme"],
        "threads": environ["wsgi.multithread"],
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
