"""What may be uploaded: files are judged by their bytes before anything decodes them."""
