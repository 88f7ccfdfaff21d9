# mistake: commas
# says: Five words with one space between them
# says: , GET, /slow, 200,
accesslog = "-"
access_log_format = "%(p)s, %(m)s, %(U)s, %(s)s, %(D)s"
