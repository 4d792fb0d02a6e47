"""The offline platform: a product with rules, and with tests of its own."""
