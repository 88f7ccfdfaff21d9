# mistake: the path, and the query after it
# says: The query is in the line, and what is secret in it
accesslog = "-"
access_log_format = "%(p)s %(m)s %(U)s%(q)s %(s)s %(D)s"
