fields = ["p", "m", "U", "s", "D"]
accesslog = "-"
access_log_format = " ".join(f"%({name})s" for name in fields)
loglevel = "warning"
