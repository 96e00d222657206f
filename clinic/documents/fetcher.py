"""The only things a document may load: our own fonts. Everything else stops the rendering."""

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from .glyphs import FAMILIES, FONTS

ASSETS = {
    f"asset:{name}": FONTS / f"{name}.ttf" for faces in FAMILIES.values() for name in faces.values()
}


class AssetsOnly(URLFetcher):
    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url, headers=None):
        if url not in ASSETS:
            raise FatalURLFetchingError("A document may load nothing but its own fonts.")
        return URLFetcherResponse(
            url, body=ASSETS[url].read_bytes(), headers={"Content-Type": "font/ttf"}
        )
