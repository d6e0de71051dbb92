"What every chapter uses: errors, checks, files, compiled loops and threads."
from .errors import *
from .checks import *
from .files import *
from .kernels import *
