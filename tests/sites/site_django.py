"""One small site: a page, a form, an upload, rows one by one, and an error. This one is made with Django."""

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse, StreamingHttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="of no use", DEBUG=False)
django.setup()


def hello(request, name):
    return JsonResponse({"name": name, "cups": request.GET.get("cups"), "header": request.headers.get("X-Tea")})


def form(request):
    return JsonResponse(request.POST.dict())


def upload(request):
    return JsonResponse({"size": len(request.read())})


def rows(request):
    return StreamingHttpResponse((f"row {number}\n" for number in range(3)), content_type="text/plain")


def boom(request):
    raise RuntimeError("on purpose")


urlpatterns = [
    path("hello/<str:name>", hello),
    path("form", form),
    path("upload", upload),
    path("rows", rows),
    path("boom", boom),
]
app = get_wsgi_application()
