"""``python -m shuhua_channel_webpush`` makes a pair of keys and prints the settings that hold it."""

import sys

from .keys import Keys


def main() -> None:
    """Print the settings; the public key follows from the private one and reaches phones by itself."""
    keys = Keys.new()
    sys.stdout.write(
        f"# The public key that follows from it: {keys.public}\n"
        f"plugin.webpush.private_key = {keys.private}\n"
        "plugin.webpush.contact = mailto:you@example.com\n"
    )


if __name__ == "__main__":
    main()
