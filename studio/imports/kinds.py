"""What can be imported, by name and title: for those who must not load the readers."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "project": "Project file",
    "labelme": "LabelMe",
    "youtube-vis": "YouTube-VIS",
    "coco": "COCO",
    "cvat": "CVAT XML, video or images",
    "datumaro": "Datumaro",
    "yolo": "YOLO",
    "mots": "MOTS",
    "davis": "DAVIS or YouTube-VOS",
    "vot": "VOT",
}
