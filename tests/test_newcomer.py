"What a person who has read the README only may type, and what is said to it."
import numpy as np, pytest
from minivecdb import IVF, ArrayRows, FileRows, FlatIndex, IVFIndex, VectorStorage, build_index
from minivecdb.vector_storage import DimensionError, FileFormatError, MinivecdbError, VectorError

X = np.random.default_rng(0).standard_normal((100, 16)).astype(np.float32)


@pytest.fixture
def index():
    made = IVF(16, codec="int8").train(X)
    made.add(X)
    return made


@pytest.fixture
def rows_file(tmp_path):
    X.tofile(tmp_path/"rows.f32")
    return tmp_path/"rows.f32"


# --- readers of exact vectors

@pytest.mark.parametrize("dimension, offset", [(17, 0), (15, 0), (16, 1), (16, 6401), (6401, 0)])
def test_a_file_that_is_no_whole_number_of_rows(rows_file, dimension, offset):
    with pytest.raises(FileFormatError, match=f"{4 * dimension:,} bytes for each row of {dimension:,} .* got {6400 - offset:,} bytes"):
        FileRows(rows_file, dimension, offset)


@pytest.mark.parametrize("offset", [-1, 1.5, True, None])
def test_an_offset_is_a_whole_number(rows_file, offset):
    with pytest.raises(ValueError, match="offset"): FileRows(rows_file, 16, offset)


@pytest.mark.parametrize("reader", [X, X.tolist(), X[0], 5, "rows.f32", object(), ArrayRows], ids=lambda r: type(r).__name__)
def test_what_is_no_reader_is_refused_at_once(index, reader):
    with pytest.raises(VectorError, match=r"ArrayRows\(x\)|FileRows"): index.rows = reader
    assert index.rows is None


def test_a_file_of_too_few_rows_is_refused_at_once(index, rows_file):
    X[:60].tofile(rows_file.with_name("less"))
    with pytest.raises(VectorError, match="each id below 100, got 60 rows"): index.rows = FileRows(rows_file.with_name("less"), 16)
    with pytest.raises(DimensionError, match="16 dimensions, got 8"): index.rows = FileRows(rows_file, 8)
    index.rows = FileRows(rows_file, 16)
    assert index.search(X[7], 1, nprobe=99, rescore=20)[1][0, 0] == 7
    index.rows = None
    index.rows = ArrayRows(X[:60]) # a reader of a part is a reader: its ids may be the ones that are asked for


# --- an index over an array

@pytest.mark.parametrize("make", [IVFIndex, FlatIndex.from_storage, build_index])
@pytest.mark.parametrize("given", [X, None, "news.json", 16], ids=lambda x: type(x).__name__)
def test_an_index_wants_a_storage(make, given):
    with pytest.raises(MinivecdbError, match=f"expected a VectorStorage, got {type(given).__name__}.* add_bulk"): make(given)


def test_a_message_shows_no_matrix():
    for wrong in (lambda: IVF(X), lambda: VectorStorage(X), lambda: FlatIndex(X)):
        with pytest.raises(DimensionError) as e: wrong()
        assert len(str(e.value)) < 150


def test_the_metric_has_two_names_in_an_index_over_a_storage():
    storage = VectorStorage(16)
    assert IVFIndex(storage, metric="dot").metric is IVFIndex(storage, distance_fn="dot").metric
    with pytest.raises(ValueError, match="both"): IVFIndex(storage, 10, "euclidean", metric="dot")
