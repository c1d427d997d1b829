"""Accuracy and areas estimated from a stratified random sample, after Olofsson et al. 2014.

P. Olofsson, G. M. Foody, M. Herold, S. V. Stehman, C. E. Woodcock, M. A. Wulder, "Good practices
for estimating area and assessing accuracy of land change", Remote Sensing of Environment 148 (2014),
42-57. Strata are the classes of the map. With n_ij points of stratum i whose reference is class j,
n_i of them in the stratum, and W_i the share of the map that the stratum covers::

    p_ij = W_i n_ij / n_i                                share of the area            (eq. 4)
    O    = Σ_j p_jj                                      overall accuracy             (eq. 1)
    U_i  = p_ii / p_i.    P_j = p_jj / p_.j              user's, producer's accuracy  (eq. 2, 3)
    V(O) = Σ_i W_i² U_i (1 - U_i) / (n_i - 1)                                         (eq. 5)
    V(U_i) = U_i (1 - U_i) / (n_i - 1)                                                (eq. 6)
    V(P_j) = [ N_j² (1 - P_j)² U_j (1 - U_j) / (n_j - 1)
               + P_j² Σ_{i≠j} N_i² (n_ij/n_i) (1 - n_ij/n_i) / (n_i - 1) ] / N_.j²    (eq. 7)
    S(p_.k) = √ Σ_i (W_i p_ik - p_ik²) / (n_i - 1)                                    (eq. 10)
    A_k  = A p_.k                                        area of class k              (eq. 11)

with N_i the size of stratum i and N_.j = Σ_i N_i n_ij / n_i. An interval is ± 1.96 standard errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Optional, Sequence, Tuple

import numpy as np

from .accuracy_matrix import ratio

Z95 = 1.959963984540054  # of the normal distribution


@dataclass(frozen=True)
class Estimate:
    """A value and half the width of its 95 % confidence interval; None where it cannot be told."""

    value: Optional[float]
    margin: Optional[float]


@dataclass(frozen=True)
class StratifiedEstimate:
    """What a stratified sample says of the map.

    ``shares`` is the estimated error matrix p_ij ``[R, C]``, ``overall`` and per class ``users``
    (R), ``producers`` (R) and ``areas`` (C, in the unit of the sizes). ``covered`` is the share of
    the map in strata that have points at all: the rest is not judged.
    """

    shares: np.ndarray
    overall: Estimate
    users: Tuple[Estimate, ...]
    producers: Tuple[Estimate, ...]
    areas: Tuple[Estimate, ...]
    covered: float


def estimate(counts: np.ndarray, sizes: Sequence[float]) -> StratifiedEstimate:
    """``counts`` ``[R, C]`` of points (rows map, columns reference), ``sizes`` of the R strata in any unit.

    Strata without points are left out, with their size. Raises ValueError if that leaves nothing.
    """
    counts, every = np.asarray(counts, float), np.asarray(sizes, float)
    points = counts.sum(axis=1)
    sampled = (points > 0) & (every > 0)
    size = np.where(sampled, every, 0.0)
    if not size.sum():
        raise ValueError("no stratum has points")
    weights = size / size.sum()
    inside = counts / np.where(points > 0, points, 1.0)[:, None]  # n_ij / n_i
    shares = weights[:, None] * inside
    spread = _spread(inside, points, sampled)
    return StratifiedEstimate(
        shares=shares,
        overall=_overall(shares, weights, spread),
        users=tuple(_users(inside, spread, row, sampled[row]) for row in range(len(counts))),
        producers=tuple(_producers(shares, size, spread, column) for column in range(len(counts))),
        areas=tuple(_area(shares, weights, spread, k, size.sum()) for k in range(counts.shape[1])),
        covered=float(size.sum() / every.sum()),
    )


def _spread(inside: np.ndarray, points: np.ndarray, sampled: np.ndarray) -> np.ndarray:
    """Variance of each n_ij / n_i, ``[R, C]``; not a number where a single point tells none."""
    degrees = np.where(points > 1, points - 1, math.nan)[:, None]
    return np.where(sampled[:, None], inside * (1 - inside) / degrees, 0.0)


def _overall(shares: np.ndarray, weights: np.ndarray, spread: np.ndarray) -> Estimate:
    return _estimate(np.trace(shares), (weights**2 * np.diagonal(spread)).sum())


def _users(inside: np.ndarray, spread: np.ndarray, row: int, sampled: bool) -> Estimate:
    return _estimate(inside[row, row], spread[row, row]) if sampled else Estimate(None, None)


def _producers(shares: np.ndarray, size: np.ndarray, spread: np.ndarray, column: int) -> Estimate:
    accuracy = ratio(shares[column, column], shares[:, column].sum())
    if accuracy is None:
        return Estimate(None, None)
    parts = size**2 * spread[:, column]
    parts *= np.where(np.arange(len(size)) == column, (1 - accuracy) ** 2, accuracy**2)
    return _estimate(accuracy, parts.sum() / (size.sum() * shares[:, column].sum()) ** 2)


def _area(shares: np.ndarray, weights: np.ndarray, spread: np.ndarray, column: int, whole: float) -> Estimate:
    # W_i p_ik - p_ik² = W_i² (n_ik / n_i) (1 - n_ik / n_i)
    return _estimate(whole * shares[:, column].sum(), whole**2 * (weights**2 * spread[:, column]).sum())


def _estimate(value: float, variance: float) -> Estimate:
    return Estimate(float(value), Z95 * math.sqrt(variance) if math.isfinite(variance) else None)
