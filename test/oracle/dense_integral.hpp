// SPDX-License-Identifier: Apache-2.0
// Numerical integration, where the code under test has closed forms.
#pragma once

namespace engram::test {

//! Simpson's rule with `n` intervals, an even number.
template <class Function>
double integral(double from, double to, int n, Function f) {
    const double width = (to - from) / n;
    double sum = f(from) + f(to);
    for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * f(from + i * width);
    return sum * width / 3.0;
}

}  // namespace engram::test
