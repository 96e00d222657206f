"""Fill patterns as one path each, so that lanes differ without color and cost one shape."""


def diagonal(x: float, y: float, width: float, height: float, step: float = 1.3) -> str:
    path, offset = [], step
    while offset < width + height:
        path.append(
            f"M{x + max(0, offset - height):.2f} {y + min(offset, height):.2f}"
            f"L{x + min(offset, width):.2f} {y + max(0, offset - width):.2f}"
        )
        offset += step
    return "".join(path)


def upright(x: float, y: float, width: float, height: float, step: float = 1.1) -> str:
    count = int(width / step)
    return "".join(f"M{x + step * n:.2f} {y:.2f}v{height:.2f}" for n in range(1, count + 1))


def level(x: float, y: float, width: float, height: float, step: float = 0.9) -> str:
    count = int(height / step)
    return "".join(f"M{x:.2f} {y + step * n:.2f}h{width:.2f}" for n in range(1, count + 1))


def dotted(x: float, y: float, width: float, height: float, step: float = 1.25) -> str:
    columns, rows = int(width / step), int(height / step)
    return "".join(
        f"M{x + step * (column + 0.4):.2f} {y + step * (row + 0.6):.2f}h.45"
        for column in range(columns)
        for row in range(rows)
    )


def crossed(x: float, y: float, width: float, height: float) -> str:
    return upright(x, y, width, height, 1.5) + level(x, y, width, height, 1.25)


def plain(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.2f} {y + height / 2:.2f}h{width:.2f}"
