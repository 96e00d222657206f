"""Uploads that are larger than anything we take are let run through, not kept."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

PIECE = 64 * 1024


class AtMost(FileUploadHandler):
    """Gives up at the first piece when the request as a whole is larger than `largest` bytes."""

    def __init__(self, largest: int) -> None:
        super().__init__()
        self.largest = largest
        self.refused = False

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:
        self.refused = content_length > self.largest
        self._rest = input_data

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if self.refused:
            # To its end, so that we are heard. Not left to Django, which reads it line by line:
            # a file without a line's end would be held whole.
            while self._rest.read(PIECE):
                pass
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
