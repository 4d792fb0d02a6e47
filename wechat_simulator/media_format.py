"""Detection of media formats from the file's bytes, never from its name (reference, section H)."""

__all__ = ["MediaInfo", "draw_png", "duration_seconds", "inspect_media"]

import struct
import zlib
from dataclasses import dataclass

AMR_FRAME_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6)  # bytes of a 20 ms frame, by frame type
MP3_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)  # kbit/s, MPEG-1 layer III


@dataclass(frozen=True)
class MediaInfo:
    """A file's format ("" if unknown), a picture's size in pixels, and whether the file is complete."""

    format: str
    width: int = 0
    height: int = 0
    whole: bool = True


def inspect_media(data: bytes) -> MediaInfo:
    """Detect the format of a picture, sound or video: png jpeg gif bmp webp, amr mp3 wma wav, mp4."""
    for found in (_png(data), _jpeg(data), _other_picture(data)):
        if found is not None:
            return found
    return MediaInfo(_sound_or_video(data))


def _png(data: bytes) -> MediaInfo | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    if len(data) < 33 or data[12:16] != b"IHDR":
        return MediaInfo("png", whole=False)
    width, height = struct.unpack(">II", data[16:24])
    return MediaInfo("png", width, height, whole=b"IDAT" in data and b"IEND" in data[-16:])


def _jpeg(data: bytes) -> MediaInfo | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return MediaInfo("jpeg", width, height, whole=b"\xff\xd9" in data[-64:])
        at += 2 + length
    return MediaInfo("jpeg", whole=False)


def _other_picture(data: bytes) -> MediaInfo | None:
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) > 10:
        return MediaInfo("gif", *struct.unpack("<HH", data[6:10]))
    if data[:2] == b"BM" and len(data) > 26:
        width, height = struct.unpack("<ii", data[18:26])
        return MediaInfo("bmp", abs(width), abs(height))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return MediaInfo("webp")
    return None


def _sound_or_video(data: bytes) -> str:
    if data.startswith(b"#!AMR"):
        return "amr"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data.startswith(bytes.fromhex("3026b2758e66cf11")):
        return "wma"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data.startswith(b"ID3") or (len(data) > 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
        return "mp3"
    return ""


def duration_seconds(data: bytes, kind: str) -> float:
    """Return the playing time of a sound as estimated from its headers; 0 when unknown."""
    if kind == "wav" and len(data) >= 44:
        rate = int.from_bytes(data[28:32], "little")
        return (len(data) - 44) / rate if rate else 0.0
    if kind == "amr":
        return _amr_seconds(data)
    if kind == "mp3":
        at = data.find(b"\xff\xfb")
        rate = MP3_RATES[data[at + 2] >> 4] if 0 <= at < len(data) - 2 else 0
        return (len(data) - at) * 8 / (rate * 1000) if rate else 0.0
    return 0.0


def _amr_seconds(data: bytes) -> float:
    at, frames = 6, 0
    while at < len(data):
        kind = (data[at] >> 3) & 15
        at += AMR_FRAME_BYTES[kind] if kind < len(AMR_FRAME_BYTES) else 1
        frames += 1
    return frames * 0.02


def draw_png(seed: int, size: int = 120) -> bytes:
    """Draw a PNG of coloured squares, the same for the same seed; it stands for photographs and scene codes."""
    cells = [(seed >> (3 * i)) & 7 for i in range(64)]
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            cell = cells[(y * 8 // size) * 8 + x * 8 // size]
            rows += bytes((60 + cell * 24, 110 + cell * 12, 190 - cell * 16))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows))),
        (b"IEND", b""),
    )
    out = b"\x89PNG\r\n\x1a\n"
    for name, body in chunks:
        out += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return out
