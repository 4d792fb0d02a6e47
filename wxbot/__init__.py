"""wxbot: the backend that an association's WeChat official account runs on."""

__all__ = ["__version__"]

__version__ = "0.1.0"
