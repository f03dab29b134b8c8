# SPDX-License-Identifier: Apache-2.0
"""The type of arrays, of any numbers."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
