logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stdout"}},
    "loggers": {"gunicorn.access": {"handlers": ["out"], "level": "INFO", "propagate": False}},
    "root": {"handlers": [], "level": "INFO"},
}
accesslog = "-"
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(D)s"
