"""Which files are media, by their suffix: one list for datasets, parsing, search and uploads."""

# small letters; in order of preference where a clip has several files, pictures before sound alone
MEDIA_SUFFIXES = (
    *(".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".mpg", ".mpeg", ".ts", ".flv", ".3gp"),
    *(".ogv", ".wmv", ".mts", ".m2ts", ".asf", ".mxf", ".vob"),
    *(".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".oga", ".wma", ".aiff", ".aif"),
)
