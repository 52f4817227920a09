"""The local protocol server: the offline model behind the vendors' wire protocols, with latency, faults and limits.

``local.LocalServer`` is the server, ``options.ServerOptions`` what it can be told, ``serve`` its command; ``handler``
takes a request to its answer, ``rate_limit`` and ``faults`` refuse it. Nothing is imported here, so that reading the
command's flags does not load a web server.
"""
