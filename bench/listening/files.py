"""The captures that everybody listens to: handshakes, a mix, bulk, and a crowd of short conversations.

Handshakes and mix are copies of real captures with addresses of their own, where these lie beside the project; elsewhere, copies of
conversations that are made here."""

import ssl
import struct
from pathlib import Path

from . import forge, pcap

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "pcap"
# No bigger: a handshake and little else.
HANDSHAKE = 45_000
NAMES = ("handshakes", "mix", "bulk", "crowd")


def make(name, folder, megabytes):
    """The capture of that name in the folder, made if it is not there; about so large."""
    path = Path(folder) / f"{name}-{megabytes}.pcap"
    if path.exists():
        return path
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        file.write(pcap.HEAD)
        {"handshakes": handshakes, "mix": mix, "bulk": bulk, "crowd": crowd}[name](file, folder, megabytes * 1_000_000)
    part.rename(path)
    return path


def handshakes(file, folder, size):
    copies(file, [frames for frames in real() if sum(map(len, frames)) < HANDSHAKE] or made(folder), size)


def mix(file, folder, size):
    """The same, and what is longer: certificates in dozens, sessions with data."""
    everything = real() or made(folder) + made(folder, 400_000)
    longer = [frames for frames in everything if sum(map(len, frames)) >= HANDSHAKE]
    copies(file, everything + 3 * longer, size)


def bulk(file, folder, size):
    """Four flows of TLS 1.2 with little but data, a segment of each in turn."""
    pem = forge.certificate(folder)
    said = forge.talk(pem, ssl.TLSVersion.TLSv1_2, 1_000_000)
    micros, written = 0, 0
    ends = {}
    for number in range(4):
        frames = list(forge.conversation(said[:5], bytes([10, 1, 0, number + 1])))[:-3]
        for frame in frames:
            file.write(pcap.record(frame, micros))
            micros += 10
        ends[number] = [1001 + sum(len(words) for by_client, words in said[:5] if by_client),
                        5001 + sum(len(words) for by_client, words in said[:5] if not by_client)]
    data = b"".join(words for _, words in said[5:])
    while written < size:
        for at in range(0, len(data), forge.SEGMENT):
            part = data[at:at + forge.SEGMENT]
            for number, place in ends.items():
                client = bytes([10, 1, 0, number + 1])
                frame = forge.frame(False, client, 40000, place[1], place[0], 16, part)
                place[1] += len(part)
                file.write(pcap.record(frame, micros))
                micros += 10
                written += len(frame) + 16
                if at // forge.SEGMENT % 2:
                    file.write(pcap.record(forge.frame(True, client, 40000, place[0], place[1], 16, b""), micros))


def crowd(file, folder, size):
    """Two flows a kilobyte, each its own client: both hellos, and then silence; a thousand talk at any time, and none ever closes."""
    pem = forge.certificate(folder)
    said = forge.talk(pem, ssl.TLSVersion.TLSv1_3)[:2]
    said[1] = (False, said[1][1][:127])
    template = list(forge.conversation(said))[:-3]
    # A million, where the others have 500 MB.
    flows, micros = size // 500, 0
    for first in range(0, flows, 1000):
        for frame in template:
            for number in range(first, min(first + 1000, flows)):
                client = struct.pack(">I", 0x0A000002 + number)
                at = 26 if frame[26:30] == b"\x0a\x01\x00\x01" else 30
                file.write(pcap.record(frame[:at] + client + frame[at + 4:], micros))
                micros += 10


def real():
    """Every capture of the corpus on Ethernet with a TLS handshake over IPv4, as a list of frames."""
    all_frames = []
    for path in sorted(CORPUS.glob("*.pcap*")) if CORPUS.is_dir() else []:
        if path.suffix == ".gz":
            continue
        frames = [frame for frame in pcap.packets(path.read_bytes()) if frame[12:14] == b"\x08\x00"]
        if any(b"\x16\x03" in frame and b"\x01\x00\x00" in frame for frame in frames):
            all_frames.append(frames)
    return all_frames


def made(folder, more=0):
    pem = forge.certificate(folder)
    versions = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    return [list(forge.conversation(forge.talk(pem, version, more))) for version in versions]


def copies(file, captures, size):
    """Copies of all of them, each with addresses that no other copy has."""
    written, copy, micros = 0, 0, 0
    while written < size:
        for frames in captures:
            records = bytearray()
            for frame in frames:
                record = bytearray(pcap.record(frame, micros))
                micros += 10
                for at in (16 + 26, 16 + 30):
                    # The last two bytes stay, so that ends within a capture stay apart.
                    record[at:at + 2] = struct.pack(">H", 0x0B00 + copy & 0xFFFF)
                records += record
            file.write(records)
            written += len(records)
            copy += 1
