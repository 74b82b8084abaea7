"""A thousand phones that come online in the same minute, on a server of two processes."""
