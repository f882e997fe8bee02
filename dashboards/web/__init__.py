"""How the dashboards are served, and what they answer beside the pages: downloads, the cookie of a session, a proxy.

Each route looks up who asks: ``dashboards.visitors``.
"""
