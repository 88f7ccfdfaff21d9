# mistake: a flag sent as text
# says: saw threads: "False"
# says: In JSON true or false stands without quotes
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
        "threads": str(environ["wsgi.multithread"]),
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
