"One process of the harness, mostly under the witness: `python -m torture.worker '{\"what\": …}'` prints what it found as JSON."
import importlib, json, sys
from .subjects import broken

def main():
    order = json.loads(sys.argv[1])
    module, name = order.pop("what").split(".")
    with broken(order.pop("broken", None)): tally = getattr(importlib.import_module(f"torture.{module}"), name)(**order)
    print(json.dumps({"states": tally.states, "failures": tally.failures, "counts": dict(tally.counts)}))

if __name__ == "__main__": main()
