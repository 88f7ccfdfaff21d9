from urllib.parse import quote

from werkzeug.utils import redirect
from werkzeug.wrappers import Request


@Request.application
def app(request):
    return redirect(request.host_url + "place/" + quote(request.path[4:]), code=303)
