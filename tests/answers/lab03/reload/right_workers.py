workers = 3
timeout = 90
graceful_timeout = 90
