import json
from email.message import Message
from http import HTTPStatus

import catalogue


class Orders:
    def __init__(self, items):
        self.items = dict(items)

    def __call__(self, environ, start_response):
        status, answer = self.handle(environ)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json; charset=utf-8")])
        return [json.dumps(answer, ensure_ascii=False).encode("utf-8")]

    def handle(self, environ):
        message = Message()
        message["content-type"] = environ.get("CONTENT_TYPE") or "text/plain"
        if message.get_content_type() != "application/json":
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "JSON only"}
        size = environ.get("CONTENT_LENGTH", "")
        try:
            order = json.loads(environ["wsgi.input"].read(int(size) if size else 0))
        except (json.JSONDecodeError, UnicodeDecodeError):
            return HTTPStatus.BAD_REQUEST, {"error": "not JSON"}
        problem = self.problem(order)
        if problem:
            return HTTPStatus.BAD_REQUEST, {"error": problem}
        total = self.items[order["item"]] * order["count"]
        return HTTPStatus.CREATED, {"item": order["item"], "count": order["count"], "total": total}

    def problem(self, order):
        match order:
            case {"item": str(item), "count": bool()}:
                return f"how many of {item}?"
            case {"item": str(item), "count": int(count)} if count > 0 and item in self.items:
                return ""
            case _:
                return "I do not understand the order"


app = Orders(catalogue.ITEMS)
