"""Uploads that are larger than anything we take are let run through, not kept."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class AtMost(FileUploadHandler):
    """Gives up at the first piece when the request as a whole is larger than `largest` bytes."""

    def __init__(self, largest: int) -> None:
        super().__init__()
        self.largest = largest
        self.refused = False

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:
        self.refused = content_length > self.largest

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if self.refused:
            raise StopUpload(connection_reset=False)  # read to its end, so that we are heard
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
