"""What became of a process."""

import asyncio

import psutil


async def is_dead(pid: int) -> bool:
    """Whether a process has ended, or ends within half a minute."""
    try:
        process = psutil.Process(pid)
        for _ in range(3000):
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            await asyncio.sleep(0.01)
    except psutil.NoSuchProcess:
        return True
    return False
