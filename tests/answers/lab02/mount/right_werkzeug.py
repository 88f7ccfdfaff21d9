from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware


def mount(apps):
    return DispatcherMiddleware(apps.get("", NotFound()), apps)
