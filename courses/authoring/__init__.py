"""Make and read activities of our own H5P types: a typed document is written as a standard `.h5p`, and read from it again.

quiz.py reading.py video.py reflection.py   the documents: JSON of a form or a content.json ↔ values, with every problem
questions.py pictures.py                    the parts they share
served.py                                   a quiz with its answers → what browsers may see, and the answer key
h5p_file.py                                 a document and its media ↔ the bytes of an `.h5p`
"""
