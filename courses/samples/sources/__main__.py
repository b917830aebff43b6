"""Write the PDFs of the samples from their sources: `python -m courses.samples.sources`."""

from courses.samples import MORE_SAMPLES, SAMPLES
from courses.samples.sources import compiled

if __name__ == "__main__":
    for folder in [*SAMPLES, *MORE_SAMPLES]:
        for path in sorted(folder.glob("documents/*.pdf")):
            path.write_bytes(compiled(path.stem))
