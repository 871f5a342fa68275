"""Application shell: navigation, session state, middleware, errors, tables."""
