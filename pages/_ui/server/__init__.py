"""The server side of the app: middleware, owner cookies, addresses, downloads."""
