"""Times as people read them."""


def time_text(time_s: float) -> str:
    """Return a time in seconds as `m:ss.d`, from an hour on as `h:mm:ss.d`.

    Examples:
        >>> time_text(61.25), time_text(3600)
        ('1:01.2', '1:00:00.0')
    """
    tenths = round(time_s * 10)
    hours, minutes, seconds = tenths // 36000, tenths // 600 % 60, tenths % 600 / 10
    return f"{hours}:{minutes:02d}:{seconds:04.1f}" if hours else f"{minutes}:{seconds:04.1f}"
