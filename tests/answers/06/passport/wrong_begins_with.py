# mistake: a passport at every path that begins like /passport
# says: GET /passports
# says: compare the whole of it
import json
import os


def app(environ, start_response):
    if not environ.get("PATH_INFO", "").startswith("/passport"):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only passports here.\n"]
    stamps = {
        "worker": os.getpid(),
        "server": environ.get("SERVER_SOFTWARE"),
        "scheme": environ["wsgi.url_scheme"],
        "threads": environ["wsgi.multithread"],
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
