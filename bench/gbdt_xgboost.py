"""xgboost on the rows that gbdt.ts wrote: folder, features, threads -> JSON with seconds, processor seconds and AUC. Binning is timed too."""
import json, sys, time
import numpy as np
import xgboost as xgb

folder, features, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def table(name):
    whole = np.fromfile(f"{folder}/{name}.bin", dtype=np.float32).reshape(features + 1, -1)
    return np.ascontiguousarray(whole[:features].T), whole[features]


x, y = table("train")
xt, yt = table("test")
params = dict(objective="binary:logistic", tree_method="hist", grow_policy="lossguide", max_leaves=31, max_depth=0, eta=0.1,
              reg_lambda=1, min_child_weight=1, max_bin=255, nthread=threads, verbosity=0)
start, cpu_start = time.perf_counter(), time.process_time()
model = xgb.train(params, xgb.DMatrix(x, y, nthread=threads), 100)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
scores = model.predict(xgb.DMatrix(xt))
order = np.argsort(scores, kind="stable")
ranks = np.empty(len(scores))
ranks[order] = np.arange(1, len(scores) + 1)
positives = yt.sum()
auc = (ranks[yt == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(yt) - positives))
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "auc": float(auc)}))
