# mistake: nothing written yet
# says: the answer is not written yet
from loop import serve_each


def serve(listener, app):
    serve_each(listener, app, respond)


def respond(connection, environ, app):
    raise NotImplementedError
