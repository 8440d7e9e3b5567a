"""The workloads in Python, on the bars of a folder: hand-written loops and numpy, and backtesting.py where it can be imported.

    python3 bench/peers.py FOLDER        one JSON line a measurement: workload, who, seconds, trades, equity
"""
import json
import sys
import time
from pathlib import Path

import numpy as np

FOLDER = Path(sys.argv[1])
FEE = 0.001


def columns(name, rows):
    return np.fromfile(FOLDER / f"bars_{name}.f64", "<f8").reshape(6, rows)


def say(workload, who, run, times=3):
    best, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - start)
    trades, equity = result
    print(json.dumps({"workload": workload, "who": who, "seconds": best, "trades": int(trades), "equity": float(equity)}), flush=True)


def w1_loop(o, c):
    """One pass over plain lists, no orders: the fused loop of bench/engine.ts in Python."""
    fast = slow = 0.0
    cash, held, want, trades = 100_000.0, False, False, 0
    for i in range(len(c)):
        if want != held:
            price = o[i]
            cash += (-price if want else price) - price * FEE
            trades += held
            held = want
        fast += c[i] - (c[i - 20] if i >= 20 else 0.0)
        slow += c[i] - (c[i - 50] if i >= 50 else 0.0)
        if i >= 49:
            want = fast / 20 > slow / 50
    return trades, cash + c[-1] * held


def w3_loop(o, h, l, c):
    fast = slow = stop = target = 0.0
    cash, held, pending, before, trades = 100_000.0, False, False, True, 0
    for i in range(len(c)):
        if pending:
            cash -= o[i] * (1 + FEE)
            held, pending = True, False
        if held:
            price = min(o[i], stop) if l[i] <= stop else max(o[i], target) if h[i] >= target else 0.0
            if price > 0:
                cash += price * (1 - FEE)
                held = False
                trades += 1
        fast += c[i] - (c[i - 20] if i >= 20 else 0.0)
        slow += c[i] - (c[i - 50] if i >= 50 else 0.0)
        if i < 49:
            continue
        up = fast / 20 > slow / 50
        if up and not before and not held and i > 49:
            pending, stop, target = True, c[i] * 0.997, c[i] * 1.006
        before = up
    return trades, cash + c[-1] * held


def crossing(prefix, o, c, fast, slow):
    """Vectorised: the fills stand where the wanted position changes. Sums are of whole ticks, hence exact."""
    rows = len(c)
    end = prefix[slow:rows]
    want = slow * (end - prefix[slow - fast:rows - fast]) > fast * (end - prefix[0:rows - slow])
    changes = np.flatnonzero(np.diff(want, prepend=False))
    prices = o[changes + slow]
    cash = 100_000 + prices[1::2].sum() - prices[0::2].sum() - FEE * prices.sum()
    return len(prices) // 2, cash + c[-1] * (len(prices) % 2)


def ticks(c):
    return np.concatenate([[0], np.cumsum(np.round(c * 1e6).astype(np.int64))])


def w1_numpy(o, c):
    return crossing(ticks(c), o, c, 20, 50)


def w2_numpy(o, c):
    prefix, trades, total = ticks(c), 0, 0.0
    for fast in range(5, 51):
        for slow in range(20, 201, 5):
            if fast < slow:
                one, equity = crossing(prefix, o, c, fast, slow)
                trades += one
                total += equity
    return trades, total


def w4_numpy(prices):
    """Ranks and quantities a rebalance at a time; cash and units as plain arrays."""
    o, c = prices[0], prices[3]
    cash, units, orders, pending = 1_000_000.0, np.zeros(o.shape[0]), 0, None
    for t in range(252, o.shape[1]):
        if pending is not None:
            price = o[:, t]
            equity = cash + units @ price
            target = np.where(pending, 0.098 * equity / price, 0.0)
            change = target - units
            orders += np.count_nonzero(change)
            cash -= change @ price + FEE * (np.abs(change) @ price)
            units, pending = target, None
        if (t + 1) % 21 == 0:
            score = c[:, t] / c[:, t - 252]
            pending = np.zeros(len(score), bool)
            pending[np.argsort(-score, kind="stable")[:10]] = True
    return orders, cash + units @ c[:, -1]


def backtesting_py(o, h, l, c, v):
    import pandas as pd
    from backtesting import Backtest, Strategy

    class Cross(Strategy):
        def init(self):
            close = pd.Series(self.data.Close)
            self.fast = self.I(lambda: close.rolling(20).mean())
            self.slow = self.I(lambda: close.rolling(50).mean())

        def next(self):
            up = self.fast[-1] > self.slow[-1]
            if up and not self.position:
                self.buy(size=1)
            elif not up and self.position:
                self.position.close()

    frame = pd.DataFrame({"Open": o, "High": h, "Low": l, "Close": c, "Volume": v})
    stats = Backtest(frame, Cross, cash=100_000, commission=FEE).run()
    return len(stats["_trades"]), stats["Equity Final [$]"]


for name, rows in (("100k", 100_000), ("1m", 1_000_000)):
    _, o, h, l, c, v = columns(name, rows)
    lists = [column.tolist() for column in (o, h, l, c)]
    say(f"W1 {name}", "Python loop", lambda: w1_loop(lists[0], lists[3]), 3 if rows <= 100_000 else 1)
    say(f"W1 {name}", "numpy", lambda: w1_numpy(o, c))
    say(f"W3 {name}", "Python loop", lambda: w3_loop(*lists), 3 if rows <= 100_000 else 1)
    if name == "100k":
        say("W2", "numpy", lambda: w2_numpy(o, c), 1)
        try:
            say("W1 100k", "backtesting.py", lambda: backtesting_py(o, h, l, c, v), 1)
        except ImportError:
            pass
say("W4", "numpy", lambda: w4_numpy(np.fromfile(FOLDER / "port_50x25k.f64", "<f8").reshape(5, 50, 25_000)), 1)
