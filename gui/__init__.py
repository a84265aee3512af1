"""The desktop client. It may import `callbacks` and `trainer`; neither may import it."""
