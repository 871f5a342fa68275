"""Long checks to run by hand; small portions of them run with the tests."""
