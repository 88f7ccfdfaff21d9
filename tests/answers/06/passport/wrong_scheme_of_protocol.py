# mistake: takes the scheme from SERVER_PROTOCOL
# says: when a proxy that gunicorn trusts
# says: expected scheme: "https"
# says: Only the server knows how the visitor came
import json
import os


def app(environ, start_response):
    if environ.get("PATH_INFO") != "/passport":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only passports here.\n"]
    stamps = {
        "worker": os.getpid(),
        "server": environ.get("SERVER_SOFTWARE"),
        "scheme": environ["SERVER_PROTOCOL"].split("/")[0].lower(),
        "threads": environ["wsgi.multithread"],
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
