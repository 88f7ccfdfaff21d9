# mistake: exercise 5 as it was: every error goes to the server
# says: 500 Internal Server Error from gunicorn: WarehouseError went through your application
import warehouse


def app(environ, start_response):
    cursor = warehouse.open_cursor()
    try:
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        cursor.close()
