import shops
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

app = DispatcherMiddleware(NotFound(), {"/tea": shops.tea, "/cake": shops.cake})
