"""The routes beside the pages, on a real server."""
