"""Answer images over HTTP with an exported model: `python serve.py digits.onnx`, then POST an image file to it.

Needs onnxruntime, numpy and Pillow: neither PyTorch nor Epochscope. It is something to begin with, for your own
machine: without TLS and passwords.
"""

import argparse
import io
import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

LARGEST = 20 << 20
"""Bytes of an image that is taken."""
LIKELIEST = 3
"""Classes in an answer."""


class Model:
    """An ONNX file of `epochscope export RUN --format onnx`, which says itself how it wants its images."""

    def __init__(self, file: str) -> None:
        self.session = onnxruntime.InferenceSession(file)
        self.about = json.loads(self.session.get_modelmeta().custom_metadata_map["epochscope"])

    def classify(self, data: bytes) -> list[dict[str, Any]]:
        """The likeliest classes of an image file, the likeliest first."""
        logits = np.asarray(self.session.run(None, {"pixels": self.pixels(data)})[0])[0] / self.about["temperature"]
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        order = np.argsort(-chances, kind="stable")[:LIKELIEST]
        return [{"class": self.about["classes"][i], "probability": float(chances[i])} for i in order]

    def pixels(self, data: bytes) -> Any:
        """An image file as raw pixels, uint8 (1, height, width, channels): prepared as for training."""
        width, height = self.about["input"]["size"]
        image: Image.Image
        with Image.open(io.BytesIO(data)) as photo:
            photo.draft("RGB", (2 * max(width, height),) * 2)  # a large JPEG is scaled while it is decoded
            image = ImageOps.exif_transpose(photo)  # as the camera was held
        if image.mode.startswith("I;16"):  # 16 bits to 8
            image = Image.fromarray((np.asarray(image).astype("uint32") * 255 // 65535).astype("uint8"))
        if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:  # onto white
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        image = ImageOps.fit(image.convert(self.about["input"]["mode"]), (width, height), Image.Resampling.BICUBIC)
        return np.asarray(image).reshape(1, *self.about["input"]["shape"])


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    model: Model
    timeout = 30  # seconds without a byte

    def do_POST(self) -> None:
        """An image file in the body."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            return self.answer(HTTPStatus.LENGTH_REQUIRED, error="Say how long the image is: Content-Length.")
        if int(length) > LARGEST:
            return self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error=f"An image has at most {LARGEST:,} bytes.")
        try:
            found = self.model.classify(self.rfile.read(int(length)))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # Pillow raises any of these
            return self.answer(HTTPStatus.BAD_REQUEST, error=f"This is not an image that can be read: {error}")
        return self.answer(HTTPStatus.OK, likeliest=found)

    def answer(self, status: HTTPStatus, **document: Any) -> None:
        """JSON, and the end of the connection: what is left of a body that was refused is not read."""
        data = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Answer images over HTTP with a model that Epochscope has exported.")
    parser.add_argument("model", help="file of: epochscope export RUN --format onnx")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 is open to the network")
    parser.add_argument("--port", type=int, default=8000, help="0: any that is free")
    given = parser.parse_args()
    Handler.model = Model(given.model)
    with ThreadingHTTPServer((given.host, given.port), Handler) as server:
        place = f"http://{given.host}:{server.server_port}/"
        print(f"{Handler.model.about['run']}: POST an image to {place}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
