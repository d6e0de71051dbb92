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

def pytest_configure(config): config.addinivalue_line("markers", "only_in_memory: a test about what a storage in memory is made of, or about JSON files alone")
