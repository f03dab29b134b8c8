// SPDX-License-Identifier: Apache-2.0
// Compiled without the flags of the program's kernels, so that a product and a sum may become one.

extern "C" __global__ void product_and_sum(const double* a, const double* b, double* c) {
    c[threadIdx.x] += a[threadIdx.x] * b[threadIdx.x];
}
