from werkzeug.wrappers import Response

app = Response("Café crème: 2.80 €", mimetype="text/plain")
