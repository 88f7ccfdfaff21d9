import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="an exercise")


def passport(request):
    environ = request.META
    return JsonResponse(
        {
            "worker": os.getpid(),
            "server": environ.get("SERVER_SOFTWARE"),
            "scheme": request.scheme,
            "threads": environ["wsgi.multithread"],
            "processes": environ["wsgi.multiprocess"],
            "host": request.get_host(),
        }
    )


urlpatterns = [path("passport", passport)]
app = get_wsgi_application()
