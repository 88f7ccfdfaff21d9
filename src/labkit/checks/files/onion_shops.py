"""Applications that tell where they are: their name, SCRIPT_NAME, PATH_INFO and the query, as JSON."""

import json


def shop(name):
    """An application of this name."""

    def app(environ, start_response):
        told = {
            "name": name,
            "environ": type(environ).__name__,
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", ""),
            "PATH_INFO": environ.get("PATH_INFO", ""),
            "QUERY_STRING": environ.get("QUERY_STRING", ""),
        }
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    return app


tea, cake = shop("tea"), shop("cake")
