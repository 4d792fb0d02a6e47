"""The door to the platform: envelope, incoming, replies, limits, errcodes, token, client."""
