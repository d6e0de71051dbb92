"Tedious cases of the codecs: every bit width, odd counts, extreme numbers, damaged states, wrong arguments."
import json, os, subprocess, sys, warnings
import numpy as np, pytest
from hypothesis import assume, given, settings, strategies as st
from hypothesis.extra.numpy import arrays as np_arrays
from minivecdb import IVF
from minivecdb.core.errors import FileFormatError, MinivecdbError, VectorError
from minivecdb.codecs.codec import BFloat16Codec, Codec, CodecError, FlatCodec, Int8Codec
from minivecdb.codecs import Int8DimensionCodec, usual_range, codec_forms, codec_from_state
from minivecdb.codecs import make_codec
from minivecdb.codecs.product import ProductQuantizer, adc_scan, adc_scan_numpy, balanced_axes
from minivecdb.codecs.product import byte_tables, codewords_of, compiled, joined, learn_rotation
from minivecdb.codecs.product import pack_codes, unpack_codes, unit_of

D = 24
SIMPLE = ("flat", "bf16", "int8", "int8-dimension")
PRODUCT = ("pq6x8", "pq3x4", "pq4x5", "pq8x6", "pq24x7", "rpq6x4", "opq6x4", "ropq4x8")
rng = np.random.default_rng(0)
# correlated, as embeddings are; rows of very different length
X = (rng.standard_normal((600, 8)) @ rng.standard_normal((8, D)) + .1 * rng.standard_normal((600, D))).astype(np.float32)
Q = X[:5] + .05


@pytest.fixture(scope="module")
def trained():
    return {name: make_codec(name, D).train(X) for name in SIMPLE + PRODUCT}


def error(codec, x): return ((codec.decode(codec.encode(x)) - x)**2).sum(1).mean()


# --- the interface

@pytest.mark.parametrize("name", SIMPLE + PRODUCT)
def test_interface(trained, name):
    codec = trained[name]
    codes = codec.encode(X)
    assert codec.name == name and codec.dimension == D and codec.is_trained
    assert codes.shape == (len(X), codec.code_width) and codes.dtype == codec.code_dtype and codes.flags.c_contiguous
    assert codec.bytes_per_vector == codes.nbytes // len(X) and codec.residual == name.startswith("r")
    back = codec.decode(codes)
    assert back.shape == X.shape and back.dtype == np.float32
    assert codec.lossless == np.array_equal(back, X) == (name == "flat")
    assert name in repr(codec)


@pytest.mark.parametrize("name", SIMPLE + PRODUCT)
def test_a_row_decodes_alike_alone_and_in_any_batch(trained, name):
    codec = trained[name]
    codes = codec.encode(X)
    back = codec.decode(codes)
    for rows in (slice(0, 1), slice(3, 10), slice(250, 600), [5, 5, 1]): assert np.array_equal(codec.decode(codes[rows]), back[rows])
    readonly = codes.copy()
    readonly.flags.writeable = False
    assert np.array_equal(codec.decode(readonly), back)


@pytest.mark.parametrize("name", SIMPLE + PRODUCT)
def test_no_rows(trained, name):
    codec = trained[name]
    codes = codec.encode(np.empty((0, D)))
    assert codes.shape == (0, codec.code_width) and codec.decode(codes).shape == (0, D)


@pytest.mark.parametrize("name", SIMPLE + PRODUCT)
def test_state_round_trip(trained, name):
    codec = trained[name]
    spec, arrays = codec.state()
    for again in (codec_from_state(json.loads(json.dumps(spec)), arrays), Codec.from_state(spec, arrays), type(codec).from_state(spec, arrays)):
        assert type(again) is type(codec) and again.name == name and np.array_equal(again.encode(X), codec.encode(X))
        assert np.array_equal(again.decode(codec.encode(X)), codec.decode(codec.encode(X)))


@pytest.mark.parametrize("name", SIMPLE + PRODUCT)
def test_same_seed_same_codec(trained, name):
    again = make_codec(name, D).train(X)
    assert all(np.array_equal(a, again.arrays[k]) for k, a in trained[name].arrays.items())
    assert np.array_equal(again.encode(X), trained[name].encode(X))


def test_seeds_differ_and_the_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()
    a, b = (make_codec("pq6x4", D).train(X, seed=s).arrays["codebooks"] for s in (0, 1))
    assert not np.array_equal(a, b) and np.array_equal(before, np.random.get_state()[1])


@pytest.mark.parametrize("name", SIMPLE + PRODUCT)
def test_dots_are_those_of_decoded_vectors(trained, name):
    codec = trained[name]
    codes = codec.encode(X)
    np.testing.assert_allclose(codec.dots(Q, codes), Q @ codec.decode(codes).T, atol=2e-4)


# --- errors

def test_wrong_dimension_names_both_numbers_and_the_remedy(trained):
    for name in SIMPLE + PRODUCT:
        with pytest.raises(CodecError, match=f"expected {D} dimensions, got 7 dimensions: give"): trained[name].encode(np.zeros((2, 7)))
        with pytest.raises(CodecError, match="shape"): trained[name].encode(np.zeros(D))
        with pytest.raises(CodecError, match="decode with the codec that encoded"): trained[name].decode(np.zeros((2, 999), np.uint8))
        with pytest.raises(VectorError): trained[name].encode(np.full((1, D), np.nan))
    assert issubclass(CodecError, MinivecdbError) and issubclass(CodecError, ValueError)


@pytest.mark.parametrize("name", ("int8-dimension",) + PRODUCT)
def test_untrained(name):
    codec = make_codec(name, D)
    assert not codec.is_trained and "not trained" in repr(codec)
    for call in (lambda: codec.encode(X), lambda: codec.decode(np.zeros((1, codec.code_width), np.uint8))):
        with pytest.raises(CodecError, match=r"call train\(x\)"): call()


@pytest.mark.parametrize("name,fewest", [("pq6x8", 256), ("opq6x8", 256), ("pq6x4", 16), ("int8-dimension", 64)])
def test_too_little_to_train_on(name, fewest):
    codec = make_codec(name, D)
    with pytest.raises(CodecError, match=f"at least {fewest} training vectors, got {fewest - 1}: give more, or take"): codec.train(X[:fewest - 1])
    assert not codec.is_trained
    assert codec.train(X[:fewest]).is_trained


def test_the_alternative_it_names_works():
    with pytest.raises(CodecError, match="pq6x6, which needs 64"): make_codec("pq6x8", D).train(X[:100])
    make_codec("pq6x6", D).train(X[:100])
    with pytest.raises(CodecError, match="int8, which needs no training"): make_codec("pq6x8", D).train(X[:10])


def test_a_failed_training_changes_nothing(trained):
    codec = make_codec("pq6x4", D).train(X)
    codes = codec.encode(X)
    with pytest.raises(CodecError): codec.train(X[:3])
    assert np.array_equal(codec.encode(X), codes)


@pytest.mark.parametrize("M,bits", [(5, 8), (0, 8), (-3, 8), (25, 4), (6, 3), (6, 9), (6, 0)])
def test_impossible_cuts(M, bits):
    with pytest.raises(CodecError): ProductQuantizer(D, M, bits)


@pytest.mark.parametrize("spec", ["", "foo", "pq", "pq8", "pq8x", "pq8x10", "pq08x8", "PQ8x8", "pq8x8 ", "orpq8x8", "bf-16", None, 3, 8.5])
def test_unknown_names_list_what_there_is(spec):
    with pytest.raises(CodecError) as e: make_codec(spec, D)
    assert all(form.split(" ")[0] in str(e.value) for form in codec_forms)


def test_an_instance_is_taken_if_its_dimension_fits(trained):
    assert make_codec(trained["int8"], D) is trained["int8"]
    with pytest.raises(CodecError, match=f"expected a codec for 7 dimensions, got int8 for {D}"): make_codec(trained["int8"], 7)


def test_damaged_states_are_refused(trained):
    spec, arrays = trained["opq6x4"].state()
    bad = [(spec, {"codebooks": arrays["codebooks"]}), (spec, arrays | {"codebooks": arrays["codebooks"][:, :-1]}), (spec, arrays | {"rotation": arrays["rotation"].astype(np.float64)}),
           (spec, arrays | {"rotation": arrays["rotation"] * np.float32(np.inf)}), (spec | {"codec": "opq6x8"}, arrays), (spec | {"codec": "zip"}, arrays), (spec | {"dimension": 25}, arrays),
           (spec | {"dimension": "24"}, arrays), ({}, arrays), (None, arrays), ([], arrays)]
    for s, a in bad:
        with pytest.raises(FileFormatError): codec_from_state(s, a)


# --- scalar codecs

def test_more_bytes_less_error(trained):
    errors = [error(make_codec(n, D).train(X), X) for n in ("pq2x8", "pq6x8", "pq12x8", "int8", "bf16", "flat")]
    # int8 and bf16 are close on rows of this kind; the rest is strictly ordered
    assert errors[0] > errors[1] > errors[2] > max(errors[3:5]) and min(errors[3:5]) > errors[5] == 0
    by_bits = [error(make_codec(f"pq6x{b}", D).train(X), X) for b in range(4, 9)]
    assert all(a > b for a, b in zip(by_bits, by_bits[1:]))


finite = st.floats(width=32, allow_nan=False, allow_infinity=False)

@settings(max_examples=150, deadline=None)
@given(np_arrays(np.float32, (3, 4), elements=finite))
def test_any_finite_vector_survives(x):
    x0 = x.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flat, bf16, int8 = (make_codec(n, 4) for n in ("flat", "bf16", "int8"))
        a, b, c = (k.decode(k.encode(x)) for k in (flat, bf16, int8))
    assert np.array_equal(a, x) and np.isfinite(b).all() and np.isfinite(c).all() and np.array_equal(x, x0)
    x = x.astype(np.float64)
    assert (abs(b - x) <= abs(x) / 256 + 1e-40).all()
    assert (abs(c - x) <= abs(x).max(1, keepdims=True) / 127 * .501 + 1e-42).all()


@settings(max_examples=60, deadline=None)
@given(np_arrays(np.float32, (64, 3), elements=finite))
def test_int8_dimension_stays_within_half_a_bin(x):
    assume((usual_range(x)[0] == x.min(0)).all() and (usual_range(x)[1] == x.max(0)).all())   # none is far out
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        codec = make_codec("int8-dimension", 3).train(x)
        back = codec.decode(codec.encode(x))
    span = x.max(0).astype(np.float64) - x.min(0)
    assert (abs(back.astype(np.float64) - x) <= span / 256 * .52 + abs(x).max() * 3e-7 + 1e-42).all()


def test_bfloat16_rounds_half_to_even():
    bits = np.array([[0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x80000000, 0x7f7fffff, 0xff7fffff, 1]], np.uint32)
    assert BFloat16Codec(8).encode(bits.view(np.float32))[0].tolist() == [0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x8000, 0x7f7f, 0xff7f, 0]


def test_bfloat16_as_torch_rounds():
    torch = pytest.importorskip("torch")
    expected = torch.from_numpy(X.copy()).to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    assert np.array_equal(BFloat16Codec(D).encode(X), expected)


def test_int8_dimension_constant_columns_and_outliers():
    x = np.ones((64, 2), np.float32)
    x[:, 1] = np.linspace(0, 1, 64)
    codec = Int8DimensionCodec(2).train(x)
    assert codec.decode(codec.encode([[1, .5]]))[0, 0] == 1
    np.testing.assert_allclose(codec.decode(codec.encode([[1, 1.9], [1, -.9]]))[:, 1], [1, 0], atol=.003)
    with pytest.raises(CodecError, match="row 1 lies 98 outside of the range, which is 1 large,.*leave it out"): codec.encode([[1, .5], [1, 99]])


# --- packing

@settings(max_examples=100, deadline=None)
@given(st.integers(4, 8), st.integers(1, 33), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_packing_round_trip(n_bits, M, n, seed):
    codes = np.random.default_rng(seed).integers(0, 2**n_bits, (n, M)).astype(np.uint8)
    packed = pack_codes(codes, n_bits)
    assert packed.shape == (n, -(-M * n_bits // 8)) and packed.dtype == np.uint8 and packed.flags.c_contiguous
    assert np.array_equal(unpack_codes(packed, n_bits, M), codes)


def test_bytes_are_honest():
    assert [make_codec(n, 384).bytes_per_vector for n in ("pq8x8", "pq16x8", "pq32x4", "pq32x5", "pq3x4", "pq96x7")] == [8, 16, 16, 20, 2, 84]


# --- product quantizer

def test_codewords_are_the_nearest():
    books = rng.standard_normal((4, 16, 6)).astype(np.float32)
    codes = codewords_of(X, books, block=7)
    true = ((X.reshape(-1, 4, 1, 6) - books)**2).sum(3).argmin(2)
    assert np.array_equal(codes, true)
    assert np.array_equal(joined(codes, books).reshape(-1, 4, 6)[9], books[range(4), codes[9]])


@pytest.mark.parametrize("power", (-100, -40, 0, 40, 100))
def test_scale_changes_nothing(power):
    # powers of two: the numbers differ, their digits do not
    x = np.ldexp(X, power)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        codec = make_codec("opq6x4", D).train(x)
        codes = codec.encode(x)
    assert np.array_equal(codes, make_codec("opq6x4", D).train(X).encode(X))
    assert unit_of(x) * abs(x).max() <= 1


@pytest.mark.parametrize("name", PRODUCT)
def test_table_distances_are_those_of_decoded_vectors(trained, name):
    codec = trained[name]
    codes = codec.encode(X)
    back = codec.decode(codes).astype(np.float64)
    squared = ((Q[:, None].astype(np.float64) - back)**2).sum(2)
    np.testing.assert_allclose(codec.asymmetric_distance(codec.compute_distance_tables(Q), codes), squared, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(codec.asymmetric_distance(codec.compute_distance_tables(Q, "dot"), codes), -Q @ back.T, rtol=1e-4, atol=1e-3)
    unit = Q / np.linalg.norm(Q, axis=1, keepdims=True)
    np.testing.assert_allclose(codec.asymmetric_distance(codec.compute_distance_tables(Q, "cosine"), codes), -unit @ back.T, rtol=1e-4, atol=1e-3)


def test_table_arguments(trained):
    codec = trained["pq6x8"]
    assert codec.compute_distance_tables(Q).shape == (5, 6, 256)
    with pytest.raises(CodecError): codec.compute_distance_tables(Q[:, :5])
    with pytest.raises(ValueError, match="unknown metric"): codec.compute_distance_tables(Q, "hamming")
    with pytest.raises(CodecError): codec.asymmetric_distance(codec.compute_distance_tables(Q), np.zeros((3, 7), np.uint8))
    with pytest.raises(CodecError, match="call train"): make_codec("pq6x8", D).compute_distance_tables(Q)


def test_kernel_and_numpy_agree_to_the_bit():
    table, codes = rng.random((7, 256), np.float32), rng.integers(0, 256, (1000, 7)).astype(np.uint8)
    fast, plain, slow = (np.empty(1000, np.float32) for _ in range(3))
    compiled(adc_scan)(table, codes, fast)
    adc_scan_numpy(table, codes, plain)
    adc_scan(table, codes, slow)
    assert np.array_equal(fast, plain) and np.array_equal(fast, slow)


@pytest.mark.parametrize("M", (1, 2, 5, 8))
def test_four_bit_tables_by_byte(M):
    tables, numbers = rng.random((2, M, 16), np.float32), rng.integers(0, 16, (50, M)).astype(np.uint8)
    packed, out = pack_codes(numbers, 4), np.empty(50, np.float32)
    for table, by_byte in zip(tables, byte_tables(tables, 4)):
        adc_scan_numpy(np.ascontiguousarray(by_byte), packed, out)
        np.testing.assert_allclose(out, table[np.arange(M), numbers].sum(1), rtol=1e-5)


def test_balanced_axes():
    x = (rng.standard_normal((500, 12)) * 2.0**-np.arange(12)).astype(np.float32)
    axes = balanced_axes(x, 3)
    np.testing.assert_allclose(axes.T @ axes, np.eye(12), atol=1e-5)
    logs = np.log((x @ axes).var(0)).reshape(3, 4).sum(1)
    assert np.ptp(logs) < np.ptp(np.log(x.var(0)).reshape(3, 4).sum(1)) / 4
    for degenerate in (np.zeros((20, 12), np.float32), np.ones((2, 12), np.float32)):
        axes = balanced_axes(degenerate, 3)
        np.testing.assert_allclose(axes.T @ axes, np.eye(12), atol=1e-5)


def test_a_rotation_is_orthogonal_and_helps():
    uneven = (rng.standard_normal((1500, D)) * 1.3**-np.arange(D)).astype(np.float32)
    rotation = learn_rotation(uneven, 6, 16)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(D), atol=1e-4)
    plain, turned = (error(make_codec(n, D).train(uneven), uneven) for n in ("pq6x4", "opq6x4"))
    assert turned < .8 * plain


def test_fewer_distinct_vectors_than_codewords():
    few = np.repeat(np.eye(4, dtype=np.float32), 100, 0)
    codec = make_codec("pq2x8", 4).train(few)
    np.testing.assert_allclose(codec.decode(codec.encode(few)), few, atol=1e-6)
    same = make_codec("opq2x4", 4).train(np.ones((50, 4)))
    np.testing.assert_allclose(same.decode(same.encode(np.ones((2, 4)))), 1, atol=1e-5)


def test_numba_waits_until_it_is_needed():
    code = ("import sys, numpy as np, minivecdb.codecs.product\nfrom minivecdb.codecs import make_codec\n"
            "x = np.random.default_rng(0).standard_normal((600, 16)); c = make_codec('pq4x4', 16).train(x); k = c.encode(x)\n"
            "c.asymmetric_distance(c.compute_distance_tables(x[:1]), k); c.decode(k); print('numba' in sys.modules, 'torch' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_benchmark_says_that_faiss_is_missing():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = ("import sys, runpy; sys.modules['faiss'] = None; sys.argv = ['codecs.py', '--rows', '400', '--queries', '20', '--seeds', '1', 'int8']\n"
            f"runpy.run_path({os.path.join(here, 'bench', 'codecs.py')!r}, run_name='__main__')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "faiss is missing" in done.stdout and "int8" in done.stdout

@pytest.mark.parametrize("name", ["bf16", "rbf16"])
@pytest.mark.parametrize("metric", ["euclidean", "dot", "cosine"])
def test_bf16_refuses_numbers_that_it_has_no_digits_of(name, metric):
    x = np.random.default_rng(3).standard_normal((600, 16))
    index = IVF(16, 5, metric, name).train(x)
    index.add(x)
    before = index.search(x[:20], 5, nprobe=5)
    for scale in (1e-40, 1e-42):
        tiny = (x * scale).astype(np.float32)
        if metric == "cosine":   # vectors of length 1 are encoded
            index.train(tiny)
            index.add(tiny)
            assert (index.search(tiny[:20], 5, nprobe=5)[1][:, 0] == np.arange(20)).mean() > .9
            continue
        with pytest.raises(CodecError, match="multiply all vectors and queries by 1e30, or use the codec int8"):
            index.train(tiny)
        for then, now in zip(before, index.search(x[:20], 5, nprobe=5)): assert (then == now).all()
    fine = (x * 1e-36).astype(np.float32)
    index = IVF(16, 5, metric, name).train(fine)
    index.add(fine)
    assert (index.search(fine[:20], 5, nprobe=5)[1] == before[1]).mean() > .9
