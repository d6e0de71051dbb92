"Headless Chromium for the tests, driven over chromedriver's plain HTTP protocol (W3C WebDriver): nothing to install but Debian's packages."
import base64, json, re, shutil, subprocess, tempfile, time
from urllib.request import Request, urlopen

FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
         '--disable-sync', '--disable-quic', '--disable-dev-shm-usage', '--hide-scrollbars', '--window-size=1280,900']

def missing() -> list[str]:
    "The programs that are needed and not installed."
    return [name for name in ('chromium', 'chromedriver') if not shutil.which(name)]

class Chrome:
    "One browser window; use it in a `with`."
    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix='chrome-')
        self.driver = subprocess.Popen([shutil.which('chromedriver'), '--port=0'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try: self._start()
        except BaseException: self.__exit__(); raise
        return self

    def _start(self):
        line = next(o for o in self.driver.stdout if 'started successfully' in o)
        self.base = 'http://127.0.0.1:' + re.search(r'on port (\d+)', line)[1] + '/session'
        options = {'args': [*FLAGS, f'--user-data-dir={self.profile}'], 'binary': shutil.which('chromium')}
        wanted = {'browserName': 'chrome', 'goog:chromeOptions': options, 'goog:loggingPrefs': {'browser': 'ALL', 'performance': 'ALL'}}
        self.base += '/' + self._ask('POST', '', {'capabilities': {'alwaysMatch': wanted}})['sessionId']

    def __exit__(self, *_):
        try: self._ask('DELETE', '')
        except Exception: pass
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _ask(self, method: str, path: str, body: dict | None = None):
        "One WebDriver command."
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.base + path, data, {'Content-Type': 'application/json'}, method=method), timeout=60) as r: return json.load(r)['value']

    def open(self, url: str): self._ask('POST', '/url', {'url': url})

    def run(self, script: str, *args):
        "The value of a JavaScript function body."
        return self._ask('POST', '/execute/sync', {'script': script, 'args': list(args)})

    def devtools(self, command: str, **params): return self._ask('POST', '/goog/cdp/execute', {'cmd': command, 'params': params})

    def size(self, width: int, height: int, mobile: bool = False):
        "Give the page a screen of this size."
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def dark(self, on: bool = True):
        "Let the system prefer a dark or a light scheme."
        self.devtools('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': 'dark' if on else 'light'}])

    def log(self, kind: str) -> list[dict]:
        "New entries of the `browser` (console) or `performance` (network) log."
        entries = self._ask('POST', '/se/log', {'type': kind})
        return [json.loads(o['message'])['message'] for o in entries] if kind == 'performance' else entries

    def wait(self, script: str, seconds: float = 10):
        "Wait until a JavaScript function body returns something true, and return it."
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            if time.monotonic() > end: raise TimeoutError(script)
            time.sleep(.05)
        return value

    def picture(self, path, full: bool = False):
        "Write a screenshot, of the whole page if `full`."
        shot = self.devtools('Page.captureScreenshot', captureBeyondViewport=full, **(dict(clip=self._whole()) if full else {}))
        with open(path, 'wb') as f: f.write(base64.b64decode(shot['data']))

    def _whole(self) -> dict:
        content = self.devtools('Page.getLayoutMetrics')['cssContentSize']
        return dict(x=0, y=0, width=content['width'], height=content['height'], scale=1)
