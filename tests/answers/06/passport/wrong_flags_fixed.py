# mistake: the flags of one server written down
# says: under uWSGI
# says: expected threads: true
# says: expected processes: true
# says: `wsgi.multithread` tells
import json
import os


def app(environ, start_response):
    if environ.get("PATH_INFO") != "/passport":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only passports here.\n"]
    stamps = {
        "worker": os.getpid(),
        "server": environ.get("SERVER_SOFTWARE"),
        "scheme": environ["wsgi.url_scheme"],
        "threads": False,
        "processes": False,
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
