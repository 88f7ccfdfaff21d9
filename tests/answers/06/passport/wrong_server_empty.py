# mistake: a word of its own where the server gives none
# says: under uWSGI
# says: expected server: null
# says: saw server: "unknown"
import json
import os


def app(environ, start_response):
    if environ.get("PATH_INFO") != "/passport":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only passports here.\n"]
    stamps = {
        "worker": os.getpid(),
        "server": environ.get("SERVER_SOFTWARE", "unknown"),
        "scheme": environ["wsgi.url_scheme"],
        "threads": environ["wsgi.multithread"],
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
