# mistake: switches the error log off
# says: This check reads gunicorn's error log
workers = 3
timeout = 6
logconfig_dict = {"version": 1, "disable_existing_loggers": True, "root": {"handlers": []}, "loggers": {}}
