# mistake: a place without its s
# says: gunicorn could not write the line: ValueError: unsupported format character
accesslog = "-"
access_log_format = "%(p) %(m) %(U) %(s) %(D)"
