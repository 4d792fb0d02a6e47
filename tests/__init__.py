"""The tests: each states a fact about the product on real pieces."""

import os

# click's texts are Chinese in every test, whatever the language of the machine.
os.environ["LANGUAGE"] = "zh"
