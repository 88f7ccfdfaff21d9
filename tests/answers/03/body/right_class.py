import json


class app:
    def __init__(self, environ, start_response):
        self.environ, self.start_response = environ, start_response

    def __iter__(self):
        length = int(self.environ.get("CONTENT_LENGTH") or "0")
        try:
            total = 0
            numbers = json.loads(self.environ["wsgi.input"].read(length))
            if isinstance(numbers, dict):
                raise TypeError("an object, not a list")
            for number in numbers:
                total = total + number
        except (TypeError, ValueError) as error:
            yield from self.answer("400 Bad Request", {"error": str(error)})
            return
        yield from self.answer("200 OK", {"sum": total})

    def answer(self, status, thing):
        self.start_response(status, [("Content-Type", "application/json")])
        yield json.dumps(thing, indent=2).encode("utf-8")
