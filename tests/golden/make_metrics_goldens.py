#!/usr/bin/env python3
"""Writes metrics/cases.json: generated logits and labels with what scikit-learn says of them.

    PYTHON make_metrics_goldens.py        (needs numpy, scipy and scikit-learn; made with 1.9.1)
"""
import json
import os
import warnings

import numpy
import sklearn.metrics as metrics
from scipy.stats import pearsonr, spearmanr

HERE = os.path.dirname(os.path.abspath(__file__))
warnings.filterwarnings("ignore")


def softmax(logits):
    shifted = numpy.exp(logits.astype(numpy.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def calibration_error(p, labels, bins=15):
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    edges = numpy.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return error


def single(rng, classes, rows, skill, present):
    labels = rng.integers(0, present, rows)
    logits = rng.normal(0, 1, (rows, classes)).astype(numpy.float32)
    logits[numpy.arange(rows), labels] += skill
    logits = numpy.round(logits, 1).astype(numpy.float32)  # ties
    predicted, p = logits.argmax(axis=1), softmax(logits)
    average = "binary" if classes == 2 else "macro"
    def three(kind):
        return metrics.precision_recall_fscore_support(labels, predicted, average=kind, zero_division=0)[:3]
    precision, recall, f1 = three(average)
    values = {"accuracy": metrics.accuracy_score(labels, predicted), "f1": f1, "precision": precision,
              "recall": recall, "f1_macro": three("macro")[2], "f1_micro": three("micro")[2],
              "f1_weighted": three("weighted")[2], "mcc": metrics.matthews_corrcoef(labels, predicted),
              "ece": calibration_error(p, labels)}
    if len(set(labels)) == classes:
        values["auc"] = (metrics.roc_auc_score(labels, p[:, 1]) if classes == 2 else
                         metrics.roc_auc_score(labels, p, multi_class="ovr", average="macro"))
    per_class = metrics.precision_recall_fscore_support(labels, predicted, labels=range(classes), zero_division=0)
    return {"kind": "single", "width": classes, "scores": logits.ravel().tolist(), "labels": labels.tolist(),
            "metrics": values, "confusion": metrics.confusion_matrix(labels, predicted, labels=range(classes)).ravel().tolist(),
            "per_class": [part.tolist() for part in per_class[:3]]}


def multi(rng, labels, rows, skill):
    targets = (rng.random((rows, labels)) < rng.uniform(0.1, 0.6, labels)).astype(int)
    logits = numpy.round(rng.normal(-0.3, 1, (rows, labels)) + skill * targets, 1).astype(numpy.float32)
    predicted = (logits > 0).astype(int)
    def three(kind):
        return metrics.precision_recall_fscore_support(targets, predicted, average=kind, zero_division=0)[:3]
    precision, recall, f1 = three("micro")
    values = {"accuracy": metrics.accuracy_score(targets, predicted), "f1": f1, "precision": precision,
              "recall": recall, "f1_macro": three("macro")[2], "f1_micro": f1, "f1_weighted": three("weighted")[2]}
    if all(0 < column.sum() < rows for column in targets.T):
        values["auc"] = metrics.roc_auc_score(targets, logits, average="macro")
    return {"kind": "multi", "width": labels, "scores": logits.ravel().tolist(),
            "targets": targets.ravel().tolist(), "metrics": values}


def regression(rng, width, rows, noise):
    truth = numpy.round(rng.normal(0, 2, (rows, width)), 1).astype(numpy.float32)
    predicted = numpy.round(truth + rng.normal(0, noise, (rows, width)), 1).astype(numpy.float32)
    a, b = predicted.astype(numpy.float64), truth.astype(numpy.float64)
    values = {"mse": metrics.mean_squared_error(b, a), "mae": metrics.mean_absolute_error(b, a),
              "r2": metrics.r2_score(b, a)}
    if width == 1:
        values["pearson"] = pearsonr(a[:, 0], b[:, 0]).statistic
        values["spearmanr"] = spearmanr(a[:, 0], b[:, 0]).statistic
    return {"kind": "regression", "width": width, "scores": predicted.ravel().tolist(),
            "targets": truth.ravel().tolist(), "metrics": values}


def main():
    rng = numpy.random.default_rng(7)
    cases = []
    for classes in (2, 2, 3, 5):
        for skill in (-0.5, 0.5, 2.0):
            cases.append(single(rng, classes, int(rng.integers(5, 40)), skill, classes))
    cases.append(single(rng, 4, 20, 1.0, 3))   # a class without rows
    cases.append(single(rng, 2, 9, 1.0, 1))    # labels of one class
    cases.append(single(rng, 3, 1, 1.0, 3))    # one row
    cases += [multi(rng, width, rows, skill) for width, rows, skill in ((3, 30, 1.0), (5, 12, 0.2), (2, 20, 1.0))]
    cases += [regression(rng, width, rows, noise) for width, rows, noise in ((1, 30, 0.5), (1, 6, 3.0), (3, 25, 1.0))]
    folder = os.path.join(HERE, "metrics")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "cases.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
