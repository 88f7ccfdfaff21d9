# mistake: the file as it was
# says: no line; there is one in the file access.log
accesslog = "access.log"
access_log_format = "%(h)s %(r)s %(s)s %(T)s"
