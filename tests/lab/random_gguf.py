"""A language model of half a megabyte with random weights: real tokens, no sense.

Written as the GGUF format (version 3) wants it: header, key-value pairs, tensor table, data.
"""

import random
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_WIDTH, _LAYERS, _HEADS, _FORWARD, _CONTEXT = 64, 2, 4, 128, 4096
_ALIGNMENT = 32
_U32, _I32, _F32, _STRING, _ARRAY = 4, 5, 6, 8, 9

Value = int | float | str | list[str] | list[int]


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    data: bytes


def write_random_model(path: Path, *, seed: int = 0) -> None:
    """Write a llama model whose vocabulary are the bytes and two marks of a chat."""
    tokens = [*_byte_tokens(), "<|im_start|>", "<|im_end|>"]
    metadata = _metadata(tokens)
    tensors = _tensors(len(tokens), random.Random(seed))
    head = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
    for key, value in metadata.items():
        head += _string(key) + _value(value)
    offset = 0
    for tensor in tensors:
        shape = tuple(reversed(tensor.shape))
        head += _string(tensor.name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        head += struct.pack("<IQ", 0, offset)
        offset += len(_padded(tensor.data))
    path.write_bytes(_padded(bytes(head)) + b"".join(_padded(one.data) for one in tensors))


def _metadata(tokens: list[str]) -> dict[str, Value]:
    chat = "{% for m in messages %}{{m.content}}{% endfor %}"
    return {
        "general.architecture": "llama",
        "general.name": "random",
        "general.file_type": 0,
        "llama.context_length": _CONTEXT,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": _LAYERS,
        "llama.feed_forward_length": _FORWARD,
        "llama.attention.head_count": _HEADS,
        "llama.attention.head_count_kv": _HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": _WIDTH // _HEADS,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * 256 + [3, 3],
        "tokenizer.ggml.merges": ["h e"],
        "tokenizer.ggml.bos_token_id": 256,
        "tokenizer.ggml.eos_token_id": 257,
        "tokenizer.chat_template": chat,
    }


def _tensors(vocabulary: int, chance: random.Random) -> list[_Tensor]:
    def noise(name: str, *shape: int, scale: float = 0.1) -> _Tensor:
        numbers = (chance.gauss(0.0, scale) for _ in range(shape[0] * shape[1]))
        return _Tensor(f"{name}.weight", shape, array("f", numbers).tobytes())

    def ones(name: str) -> _Tensor:
        return _Tensor(f"{name}.weight", (_WIDTH,), array("f", [1.0] * _WIDTH).tobytes())

    marks = bytes(2 * 4 * _WIDTH)
    output = noise("output", vocabulary, _WIDTH, scale=0.5)
    tensors = [
        noise("token_embd", vocabulary, _WIDTH, scale=0.5),
        ones("output_norm"),
        # No weight for the marks, so that the end of a text is never among the likely tokens.
        _Tensor(output.name, output.shape, output.data[: -len(marks)] + marks),
    ]
    for layer in range(_LAYERS):
        block = f"blk.{layer}"
        tensors += [ones(f"{block}.attn_norm"), ones(f"{block}.ffn_norm")]
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors.append(noise(f"{block}.{name}", _WIDTH, _WIDTH))
        tensors.append(noise(f"{block}.ffn_gate", _FORWARD, _WIDTH))
        tensors.append(noise(f"{block}.ffn_up", _FORWARD, _WIDTH))
        tensors.append(noise(f"{block}.ffn_down", _WIDTH, _FORWARD))
    return tensors


def _byte_tokens() -> list[str]:
    """A printable character for every byte, as the GPT-2 tokenizer assigns them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [octet for octet in range(256) if octet not in printable]
    names = {octet: chr(octet) for octet in printable}
    names |= {octet: chr(256 + number) for number, octet in enumerate(others)}
    return [names[octet] for octet in range(256)]


def _string(text: str) -> bytes:
    octets = text.encode()
    return struct.pack("<Q", len(octets)) + octets


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _string(value)
    if isinstance(value, float):
        return struct.pack("<If", _F32, value)
    if isinstance(value, int):
        return struct.pack("<II", _U32, value)
    return struct.pack("<I", _ARRAY) + _array(value)


def _array(values: Sequence[str] | Sequence[int]) -> bytes:
    kind = _STRING if isinstance(values[0], str) else _I32
    items = (_string(one) if isinstance(one, str) else struct.pack("<i", one) for one in values)
    return struct.pack("<IQ", kind, len(values)) + b"".join(items)


def _padded(octets: bytes) -> bytes:
    return octets + b"\0" * (-len(octets) % _ALIGNMENT)
