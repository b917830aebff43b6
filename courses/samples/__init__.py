"""The six general courses that come with the product; the demo and the tests use them."""

from pathlib import Path

NAMES = ("ethics-and-rural-mission", "online-lesson-design", "safety-and-mental-health")
SAMPLES = [Path(__file__).parent / name for name in NAMES]
MORE_NAMES = ("home-and-school", "homework-and-feedback", "small-classes")
MORE_SAMPLES = [Path(__file__).parent / name for name in MORE_NAMES]  # longer; some classes of the demo may study them
SCORM_SAMPLE = Path(__file__).parent / "wait-time"  # a package of another standard, written by us
CMI5_SAMPLE = Path(__file__).parent / "first-five-minutes"  # another one
