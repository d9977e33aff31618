"""What a process that opens a stranger's file may use."""


def limit_resources(*, cpu_s: float | None, file_bytes: int) -> None:
    """Limit this process: seconds of processor time, the size of its files; no core dumps.

    On systems without these limits (Windows) only the time limit of the parent holds.
    """
    try:
        import resource
    except ImportError:
        return
    limits = [(resource.RLIMIT_FSIZE, file_bytes), (resource.RLIMIT_CORE, 0)]
    if cpu_s is not None:
        limits.append((resource.RLIMIT_CPU, int(cpu_s) + 1))
    for kind, value in limits:
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))


def allow_cpu(more_s: float) -> None:
    """Let this process take so many seconds of processor time from now on, and no more."""
    try:
        import resource
    except ImportError:
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    bound = int(spent.ru_utime + spent.ru_stime + more_s) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:
        bound = min(bound, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (bound, hard))
