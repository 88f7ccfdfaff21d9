# mistake: lets old workers finish, and ends a request that takes long in any worker
# says: saw `timeout` is 60
workers = 3
timeout = 60
graceful_timeout = 120
