"""The tests: each states a fact about the product on real pieces."""
