from werkzeug.wrappers import Request, Response

from warehouse import WarehouseError, open_cursor


@Request.application
def app(request):
    rows = open_cursor()
    try:
        first = next(rows)
    except WarehouseError:
        return Response("The warehouse does not answer.\n", 500, mimetype="text/plain")

    def lines():
        yield f"{first}\n"
        for row in rows:
            yield f"{row}\n"

    return Response(lines(), mimetype="text/plain")
