"""lab03, first half: how many requests at once, in which workers, warm, and as large as the platform allows.

Exercises ``overlap``, ``kinds``, ``warm`` and ``sizing``. gunicorn runs an application that lets nobody out until it is
told to, so that those inside are counted and never timed.
"""
