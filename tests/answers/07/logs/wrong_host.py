# mistake: the visitor's address where the worker was asked for
# says: saw 127.0.0.1 GET /slow 200
# says: The first word is the worker's process id
accesslog = "-"
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(D)s"
