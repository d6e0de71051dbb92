"What several test modules share: settings for hypothesis, and small helpers."
import os, subprocess, sys
from pathlib import Path
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("minivecdb", deadline=None, derandomize=True, database=None, print_blob=False,
                          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.load_profile("minivecdb")

@pytest.fixture(scope="session")
def repository() -> Path:
    "The top folder of the checkout."
    return Path(__file__).resolve().parent.parent

@pytest.fixture(scope="session")
def run_python(repository):
    "Run a script in a process of its own, in the top folder; its output, once it ended well."
    def run(code, **env):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=repository, env=os.environ | env)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
    return run

@pytest.fixture(scope="session")
def compat() -> Path:
    "A storage that another implementation of the format wrote."
    folder = os.environ.get("MINIVECDB_COMPAT")
    if not folder: pytest.skip("MINIVECDB_COMPAT does not name the folder with the other implementation's files")
    return Path(folder)/"headline_embeddings.json"

@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    "A file's tests share a process, and so its fixtures; those of a module of long, independent parts are dealt out one by one."
    from xdist.scheduler import LoadFileScheduling
    class Dealt(LoadFileScheduling):
        def _split_scope(self, nodeid): return nodeid if "test_torture_durable.py" in nodeid else super()._split_scope(nodeid)
    return Dealt(config, log) if config.getvalue("dist") == "loadfile" else None

def pytest_configure(config): config.addinivalue_line("markers", "only_in_memory: a test about what a storage in memory is made of, or about JSON files alone")
