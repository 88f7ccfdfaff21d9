# mistake: the request line, which has the query and the version
# says: is the whole request line, with the query and what is secret in it
accesslog = "-"
access_log_format = "%(p)s %(r)s %(s)s %(D)s"
