# mistake: asks for the pid when the file is loaded
# says: under uWSGI
# says: expected worker:
# says: or the one that loaded the file?
import json
import os

PID = os.getpid()


def app(environ, start_response):
    if environ.get("PATH_INFO") != "/passport":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only passports here.\n"]
    stamps = {
        "worker": PID,
        "server": environ.get("SERVER_SOFTWARE"),
        "scheme": environ["wsgi.url_scheme"],
        "threads": environ["wsgi.multithread"],
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
