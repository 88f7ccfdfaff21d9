from werkzeug.wrappers import Response


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("iso-8859-1")
    try:
        response = Response(str(path, "utf-8") + "\n", mimetype="text/plain")
    except ValueError:
        response = Response("this is no UTF-8\n", 400)
    return response(environ, start_response)
