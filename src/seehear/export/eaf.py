"""ELAN annotation format 3.0 (MPI): a tier per track and class, in milliseconds, and the video."""

from xml.etree import ElementTree as ET

from seehear.export.words import in_row, one_line, tiers
from seehear.time import Timeline

# a name that readers expect; nothing is fetched from it
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the document; its date is constant, so that equal timelines give equal text."""
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "seehear",
            "DATE": "2000-01-01T00:00:00+00:00",
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    header = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    link = media or one_line(timeline.source)
    ET.SubElement(
        header,
        "MEDIA_DESCRIPTOR",
        {
            "MEDIA_URL": link,
            "RELATIVE_MEDIA_URL": link,
            "MIME_TYPE": "video/mp4",
        },
    )
    slots = ET.SubElement(root, "TIME_ORDER")
    count = 0
    for name, intervals in tiers(timeline):
        tier = ET.SubElement(root, "TIER", {"TIER_ID": name, "LINGUISTIC_TYPE_REF": "event"})
        since_zero = [(max(0.0, start), max(0.0, end), label) for start, end, label in intervals]
        for start, end, label in in_row(since_zero, 1000):
            count += 1
            for edge, value in (("a", start), ("b", end)):
                ET.SubElement(
                    slots,
                    "TIME_SLOT",
                    {"TIME_SLOT_ID": f"ts{count}{edge}", "TIME_VALUE": str(value)},
                )
            annotation = ET.SubElement(
                ET.SubElement(tier, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                {
                    "ANNOTATION_ID": f"a{count}",
                    "TIME_SLOT_REF1": f"ts{count}a",
                    "TIME_SLOT_REF2": f"ts{count}b",
                },
            )
            ET.SubElement(annotation, "ANNOTATION_VALUE").text = label
    ET.SubElement(
        root,
        "LINGUISTIC_TYPE",
        {
            "LINGUISTIC_TYPE_ID": "event",
            "TIME_ALIGNABLE": "true",
            "GRAPHIC_REFERENCES": "false",
        },
    )
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
