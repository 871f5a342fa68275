"""What every page stands in: navigation, session state, middleware, errors, tables."""
