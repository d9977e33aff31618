"""What a process that opens a stranger's file may use."""


def limit_resources(*, cpu_s: float, file_bytes: int) -> None:
    """Limit this process: seconds of processor time, the size of its files; no core dumps.

    Systems without these limits (Windows) go by the time limit of the parent alone.
    """
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_CPU, int(cpu_s) + 1),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))
